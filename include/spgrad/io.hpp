// io.hpp: matrices and arrays in HDF5 files that other tools open too, text import, checkpoints. io/FORMAT.md has the
// layouts.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "spgrad/distribute.hpp"
#include "spgrad/value.hpp"

namespace spgrad::io {

/// How far a file is believed.
struct Caution {
  bool nan = true;        ///< NaN may stand in it; if not, an Error names where the first one does
  Index expansion = 100;  ///< it may take this many times its size in memory, or 256 MiB if that is more; 0: anything
};

/// How to cut what is read. A sparse matrix is cut along its major dimension (csr: rows), a dense one by rows.
struct ReadOptions {
  Balance balance = Balance::even;   ///< sparse: nnz balances stored entries
  std::optional<Layout> cut_like{};  ///< the major (dense: first) dimension, cut like that one
  std::optional<Layout> minor{};     ///< sparse: the layout of the minor dimension; even if left out
  Caution caution{};
};

/// Collective. The value stored at `path` ("/X"; a group with data, indices, indptr, or a dataset), each rank reading
/// only its own part. Order within a row, duplicates and explicit zeros are kept as stored. Throws on every rank: Error
/// of kind io (missing, unreadable) or data (not HDF5, broken, another content).
Value read(World& world, const std::string& file, const std::string& path, const ReadOptions& options = {});

/// Collective. Writes values under their paths ("/X") to a new file, or adds them to an existing one if `append`; a
/// path that is there already is replaced. A new file is written under a temporary name, read back, and renamed when
/// whole. Throws on every rank Error of kind io.
void write(World& world, const std::string& file, const std::vector<std::pair<std::string, Value>>& values,
           bool append = false);

/// What stands at a path of a file. For a sparse matrix nnz is what is stored; for a dense array its elements.
struct Entry {
  std::string path;
  Format format = Format::dense;
  DType dtype = DType::float64;
  Shape shape;
  Index nnz = 0;
};
/// Every array and matrix in a file, in the order of their paths. Throws like read(). The first is for one rank, the
/// second is collective.
std::vector<Entry> list(const std::string& file);
std::vector<Entry> list(World& world, const std::string& file);

/// Collective. Whether a file begins as HDF5 does. Throws Error of kind io if it is no regular file or cannot be read.
bool is_hdf5(World& world, const std::string& file);

/// Collective. A picture of what Function::draw() returns: .svg, .png or .pdf by Graphviz's program dot, .dot the text
/// itself. Throws on every rank: Error of kind usage for another extension, io if there is no dot or nothing can be
/// written. prepare_picture throws the same before there is something to draw, and writes nothing.
void write_picture(World& world, const std::string& file, const std::string& dot);
void prepare_picture(World& world, const std::string& file);

/// A matrix with one integer label a row, if the text had labels.
struct Imported {
  Value matrix;                 ///< csr, cut by rows
  std::optional<Value> labels;  ///< int64 or float64 vector, cut like the rows
};
/// Collective. svmlight / libsvm ("label index:value ...  # comment"; indices from 1, or from 0 if any is 0) and Matrix
/// Market (coordinate or array; real, integer, complex, pattern; general, symmetric, skew-symmetric, hermitian), plain
/// or gzip: recognised by content. Throws on every rank Error of kind data that names file, line and column, or kind
/// io.
Imported read_text(World& world, const std::string& file, Balance balance = Balance::even, const Caution& caution = {});

/// Named scalars and texts that travel with a checkpoint: step, loss, what the model is.
using Facts = std::vector<std::pair<std::string, std::string>>;

/// A value that a run was given, by which it is known again.
struct Input {
  std::string name;
  std::string file, path;         ///< where it was read
  Index bytes = 0;                ///< size of the file
  std::string modified;           ///< when the file was last written: 2026-11-25T16:00:00Z
  std::uint64_t fingerprint = 0;  ///< of the value
};
/// Collective. What is said of a value that was read from a file. Throws Error of kind io if the file is gone.
Input input_of(World& world, const std::string& name, const Value& value, const std::string& file,
               const std::string& path);
/// Collective. A number that tells values apart: dtype, format, shape, stored positions and elements make it, and no
/// number of ranks or cut changes it. Takes one pass over the value.
std::uint64_t fingerprint(World& world, const Value& value);

/// Values on disk, whole or not there. A checkpoint is a folder of the directory: DIR/step-00000120/ with data.h5 and
/// manifest.json (sizes and checksums); DIR/latest names the newest. io/FORMAT.md says what a crash may leave behind.
struct Snapshot {
  Index step = 0;
  Facts facts;  ///< what it must agree on with the run that resumes it
  std::vector<std::pair<std::string, Value>> values;
  std::vector<Input> inputs{};  ///< what the run was given
  Facts about{};                ///< who made it: command line, versions; number of ranks, time and HDF5 are added
};

/// Collective. Writes a checkpoint and removes all but the `keep` newest whole ones. It is written under a temporary
/// name, checksummed, read back and compared, synced (files and folder), renamed; `latest` changes last. An Error of
/// kind io on every rank leaves earlier checkpoints as they were. Waits while another job saves into the directory.
void save_checkpoint(World& world, const std::string& directory, Snapshot snapshot, int keep);

/// A save beside the next steps: a thread of each rank writes its part, without MPI, while the values of the snapshot,
/// which nobody may change, stay in memory. Until finish() returns there is no checkpoint.
///
///     io::Saving saving(world, "run.ckpt", {step, facts, values}, 2);
///     while (!saving.done()) ...                                       // steps
///     saving.finish();
class Saving {
 public:
  /// Collective. Begins; throws as save_checkpoint does. Without `beside`, finish() does the writing.
  Saving(World& world, const std::string& directory, Snapshot snapshot, int keep, bool beside = true);
  ~Saving();  ///< not collective; what is not finished is given up: waits for the thread, and removes what is there
  Saving(const Saving&) = delete;
  Saving& operator=(const Saving&) = delete;
  /// Collective: one small reduction. Whether finish() would wait for no rank's thread.
  bool done();
  /// Collective, once. Waits for the threads, then does what is left, as save_checkpoint.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Collective. The newest whole checkpoint of a directory: one that is damaged is reported through `note` and passed
/// over for the one before. Nothing if the directory has none (or does not exist). Sparse and dense values come cut
/// evenly for any number of ranks; scalars and small whole values (at most 1024 elements) are whole on every rank.
std::optional<Snapshot> load_checkpoint(World& world, const std::string& directory,
                                        const std::function<void(const std::string&)>& note = {});

/// A checkpoint of a directory, as its manifest describes it.
struct CheckpointEntry {
  std::string name;  ///< step-00000120
  Index step = 0;
  Index bytes = 0;         ///< of data.h5
  std::size_t values = 0;  ///< how many
  Facts about{};
  bool latest = false;      ///< it is what `latest` names
  std::string complaint{};  ///< empty if the manifest is sound and data.h5 has the size that it says
};
/// The checkpoints of a directory, in the order in which they would be loaded; none if it is not there. Not collective:
/// for one rank.
std::vector<CheckpointEntry> list_checkpoints(const std::string& directory);

/// What is wrong with a file or checkpoint, and where: a sentence each; none if all is well.
struct Verdict {
  std::string path;
  std::vector<std::string> complaints{};
};
/// Collective. Checks all that can be checked about an HDF5 file, a checkpoint, or each checkpoint of a directory:
/// manifest, sizes, checksums of blocks and of elements, HDF5's structure, offsets and indices. Throws Error of kind io
/// if there is nothing to check.
std::vector<Verdict> verify(World& world, const std::string& path);

/// The right to save into a directory. One process has it at a time (rank 0 of a job); it ends with the last copy, or
/// with the process.
using CheckpointLock = std::shared_ptr<const void>;

/// Collective. For a run that saves more than once: nobody else saves into the directory as long as it keeps the
/// result. Creates the directory if it is not there, removes what an interrupted save has left in it, and checks that
/// it can be written. Throws Error of kind io; if another job has the right, after some seconds, with its host and pid.
CheckpointLock prepare_checkpoints(World& world, const std::string& directory);

}  // namespace spgrad::io
