#include "src/run/petsc_log.hpp"

#include <petsclog.h>
#include <petscsys.h>

#include <map>

namespace spgrad {
namespace {

// PETSc keeps names by number and finds none again, so the numbers are kept here for as long as it lives. All ranks
// register in the order in which they run, which is the same.
class PetscLog : public Probe {
 public:
  void begin(const Activity& a, Time) override {
    if (const PetscLogStage* stage = stage_of(a)) {
      PetscLogStagePush(*stage);
    } else {
      const PetscLogEvent event = event_of(a);  // before the macro, which looks into the table that this may move
      PetscLogEventBegin(event, nullptr, nullptr, nullptr, nullptr);
    }
  }

  void end(const Activity& a, Time, const Work& work) override {
    PetscLogFlops(work.cost.flops);
    petsc_isend_ct += static_cast<PetscLogDouble>(work.messages);
    petsc_isend_len += static_cast<PetscLogDouble>(work.bytes_sent);
    if (stage_of(a) != nullptr) {
      PetscLogStagePop();
    } else {
      const PetscLogEvent event = event_of(a);
      PetscLogEventEnd(event, nullptr, nullptr, nullptr, nullptr);
    }
  }

 private:
  const PetscLogStage* stage_of(const Activity& a) {
    const char* const title = a.kind == Activity::kCall      ? "spgrad run"
                              : a.kind == Activity::kPlan    ? "spgrad plan"
                              : a.kind == Activity::kInspect ? "spgrad inspect"
                                                             : nullptr;
    if (title == nullptr) return nullptr;
    const auto [at, fresh] = stages_.try_emplace(title);
    if (fresh) PetscLogStageRegister(title, &at->second);
    return &at->second;
  }

  PetscLogEvent event_of(const Activity& a) {
    const bool part = a.kind == Activity::kBegin || a.kind == Activity::kEnd;
    const std::string title = part ? text(a.name, ' ', name(a.kind)) : a.name;
    const auto [at, fresh] = events_.try_emplace(title);
    if (fresh) {
      if (class_ == 0) PetscClassIdRegister("spgrad", &class_);
      PetscLogEventRegister(title.c_str(), class_, &at->second);
    }
    return at->second;
  }

  PetscClassId class_ = 0;
  std::map<std::string, PetscLogStage, std::less<>> stages_;
  std::map<std::string, PetscLogEvent, std::less<>> events_;
};

}  // namespace

Probe* petsc_log(const World& world) {
  PetscBool started = PETSC_FALSE, logs = PETSC_FALSE;
  if (world.communicator() == nullptr) return nullptr;
  PetscInitialized(&started);
  if (started) PetscLogIsActive(&logs);
  static PetscLog log;
  return logs ? &log : nullptr;
}

}  // namespace spgrad
