#include "src/comm/mpi_watch.hpp"

#include <sched.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <thread>

#include "src/comm/mpi_calls.hpp"

namespace spgrad::comm {
namespace {

constexpr int kRoll = 0;            // the tag of an answer, which is a call for those who have not heard of it
constexpr double kAnswerTime = 2;   // within which a rank that waits answers, also on a crowded machine
constexpr std::size_t kGroups = 4;  // of ranks that do the same, in the message

double now() { return std::chrono::duration<double>(World::Clock::now().time_since_epoch()).count(); }

template <std::size_t n>
void copy_text(char (&to)[n], std::string_view from) {
  const std::size_t length = std::min(from.size(), n - 1);
  std::memcpy(to, from.data(), length);
  to[length] = '\0';
}

// 3 -> "rank 3", 0 2 -> "ranks 0, 2"
std::string ranks_text(const std::vector<int>& ranks) {
  std::string out = ranks.size() == 1 ? "rank " : "ranks ";
  constexpr std::size_t most = 16;
  for (std::size_t k = 0; k < std::min(ranks.size(), most); ++k) out += text(k == 0 ? "" : ", ", ranks[k]);
  return ranks.size() > most ? text(out, " and ", ranks.size() - most, " more") : out;
}

void add_lines(std::string& out, const std::map<std::string, std::vector<int>>& groups, const char* one,
               const char* many) {
  std::size_t shown = 0;
  for (const auto& [what, ranks] : groups)
    if (shown++ < kGroups) out += text("\n    ", ranks_text(ranks), ranks.size() == 1 ? one : many, what);
}

std::string seconds_text(double seconds) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.1f s", seconds);
  return digits;
}

}  // namespace

/// What a rank tells of itself. A neighbour may read it while it is written: the message then has a garbled line.
struct MpiWatch::Note {
  int rank;
  double since;      // on the clock of the host; in an answer: for how many seconds
  char doing[200];   // null-terminated
  char waiting[64];  // in which collective, in an answer
};

MpiWatch::MpiWatch(MPI_Comm comm, double seconds) : seconds_(seconds) {
  check(MPI_Comm_dup(comm, &comm_), "MPI_Comm_dup");
  MPI_Comm_rank(comm_, &rank_);
  MPI_Comm_size(comm_, &size_);
  check(MPI_Comm_split_type(comm_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &host_), "MPI_Comm_split_type");
  int here = 1, unit = 0;
  MPI_Comm_rank(host_, &place_);
  MPI_Comm_size(host_, &here);
  Note* first = nullptr;
  check(MPI_Win_allocate_shared(static_cast<MPI_Aint>(place_ == 0 ? sizeof(Note) * static_cast<std::size_t>(here) : 0),
                                1, MPI_INFO_NULL, host_, &first, &window_),
        "MPI_Win_allocate_shared");
  MPI_Aint bytes = 0;
  check(MPI_Win_shared_query(window_, 0, &bytes, &unit, &first), "MPI_Win_shared_query");
  notes_ = {first, static_cast<std::size_t>(here)};
  my_note() = {.rank = rank_, .since = 0, .doing = {}, .waiting = {}};
  doing("what comes before the first call");
  check(MPI_Barrier(host_), "MPI_Barrier");
}

MpiWatch::~MpiWatch() {
  MPI_Win_free(&window_);
  MPI_Comm_free(&host_);
  MPI_Comm_free(&comm_);
}

MpiWatch::Note& MpiWatch::my_note() const { return notes_[static_cast<std::size_t>(place_)]; }

void MpiWatch::doing(std::string_view what) {
  copy_text(my_note().doing, what);
  my_note().since = now();
}

void MpiWatch::meet(std::string_view collective) {
  MPI_Request request;
  check(MPI_Ibarrier(comm_, &request), "MPI_Ibarrier");
  const auto since = World::Clock::now();
  int done = 0;
  while (true) {
    check(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "MPI_Test");
    if (done) return;
    waiting(collective, since);
  }
}

void MpiWatch::waiting(std::string_view in, World::Clock::time_point since) {
  const bool too_long = World::Clock::now() - since > std::chrono::duration<double>(seconds_);
  int called = 0;
  check(MPI_Iprobe(MPI_ANY_SOURCE, kRoll, comm_, &called, MPI_STATUS_IGNORE), "MPI_Iprobe");
  if (called || too_long) call_roll(in);
  sched_yield();
}

// The lowest rank that answers speaks for all, and ends the job; the others would, if it did not.
void MpiWatch::call_roll(std::string_view in) {
  copy_text(my_note().waiting, in);
  const std::vector<std::string> all = answers(kAnswerTime);
  const auto lowest = std::ranges::find_if(all, [](const std::string& a) { return !a.empty(); }) - all.begin();
  if (lowest != rank_) std::this_thread::sleep_for(std::chrono::seconds(3));
  std::fflush(stdout);
  std::fprintf(stderr, "spgrad: %s\n", report(all).c_str());
  std::fflush(stderr);
  MPI_Abort(comm_, kExitCode);
  std::abort();
}

// By rank, what each one sent within some seconds: the notes of its host. Nothing from those that do not answer.
std::vector<std::string> MpiWatch::answers(double seconds) {
  std::vector<Note> notes(notes_.begin(), notes_.end());
  for (Note& note : notes) note.since = now() - note.since;
  const std::string mine(reinterpret_cast<const char*>(notes.data()), notes.size() * sizeof(Note));
  std::vector<std::string> all(static_cast<std::size_t>(size_));
  all[static_cast<std::size_t>(rank_)] = mine;
  std::vector<MPI_Request> requests(all.size(), MPI_REQUEST_NULL);
  for (int r = 0; r < size_; ++r)
    if (r != rank_)
      check(MPI_Isend(mine.data(), static_cast<int>(mine.size()), MPI_BYTE, r, kRoll, comm_,
                      &requests[static_cast<std::size_t>(r)]),
            "MPI_Isend");
  const auto missing = [&] { return std::ranges::any_of(all, &std::string::empty); };
  for (const double end = now() + seconds; missing() && now() < end; sched_yield()) {
    int here = 0, bytes = 0;
    MPI_Status status;
    check(MPI_Iprobe(MPI_ANY_SOURCE, kRoll, comm_, &here, &status), "MPI_Iprobe");
    if (!here) continue;
    MPI_Get_count(&status, MPI_BYTE, &bytes);
    std::string& answer = all[static_cast<std::size_t>(status.MPI_SOURCE)];
    answer.resize(static_cast<std::size_t>(bytes));
    check(MPI_Recv(answer.data(), bytes, MPI_BYTE, status.MPI_SOURCE, kRoll, comm_, MPI_STATUS_IGNORE), "MPI_Recv");
  }
  const double grace = now() + 0.2;  // for those who still wait for ours
  for (int done = 0; !done && now() < grace; sched_yield())
    MPI_Testall(size_, requests.data(), &done, MPI_STATUSES_IGNORE);
  return all;
}

// What is known of each rank: what it says itself, or else what a neighbour has read.
std::map<int, MpiWatch::Note> MpiWatch::known(const std::vector<std::string>& answers) {
  std::map<int, Note> notes;
  for (int sender = 0; sender < static_cast<int>(answers.size()); ++sender) {
    const std::string& answer = answers[static_cast<std::size_t>(sender)];
    for (std::size_t at = 0; at < answer.size(); at += sizeof(Note)) {
      Note note;
      std::memcpy(&note, answer.data() + at, sizeof note);
      if (note.rank == sender || answers[static_cast<std::size_t>(note.rank)].empty()) notes[note.rank] = note;
    }
  }
  return notes;
}

std::string MpiWatch::report(const std::vector<std::string>& answers) const {
  const std::map<int, Note> notes = known(answers);
  std::vector<int> missing;
  std::map<std::string, std::vector<int>> working, waiting;  // ranks by what they do
  for (int r = 0; r < size_; ++r) {
    const auto note = notes.find(r);
    if (!answers[static_cast<std::size_t>(r)].empty()) {
      waiting[text("in '", note->second.doing, "': ", note->second.waiting)].push_back(r);
      continue;
    }
    missing.push_back(r);
    working[note == notes.end() ? "on a host of which no rank answers"
                                : text("in '", note->second.doing, "' for ", seconds_text(note->second.since))]
        .push_back(r);
  }
  std::string out = missing.empty() ? text("the ranks have waited for each other for more than ", seconds_, " s")
                                    : text(ranks_text(missing), missing.size() == 1 ? " has" : " have",
                                           " not come, and others have waited for more than ", seconds_, " s");
  out += "; the job is ended (--hang-timeout)";
  add_lines(out, working, " is ", " are ");
  add_lines(out, waiting, " waits ", " wait ");
  return out;
}

}  // namespace spgrad::comm
