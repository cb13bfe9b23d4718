// disk.hpp: files and folders that are there after a power cut, or an Error. Internal; for one process.
#pragma once

#include <ctime>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spgrad/dtype.hpp"

namespace spgrad::io {

// All throw Error of kind io that names the file and says why.

/// The file itself where `file` is a symbolic link; `file` where it is not there yet. Throws if it is no regular file.
std::string real_file(const std::string& file);
std::string folder_of(const std::string& file);
bool exists(const std::string& file);
Index file_size(const std::string& file);
std::string modified(const std::string& file);  ///< when it was last written: utc()
std::string utc(std::time_t time);              ///< 2026-11-25T16:00:00Z

/// A name that nothing has: `stem` with a random ending.
std::string unused_name(const std::string& stem);
/// Makes an empty file that was not there.
void create_file(const std::string& file);
void copy_file(const std::string& from, const std::string& to);
/// Makes sure that the whole file has room on disk, where the file system can tell.
void reserve(const std::string& file);
/// Waits until a file's data, or a folder's names, are on disk.
void sync(const std::string& file_or_folder);
/// A file that is there, open for its bytes.
class RawFile {
 public:
  enum class Mode { read, overwrite };
  RawFile(const std::string& file, Mode mode);
  ~RawFile();
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;
  void read(Index at, std::span<std::byte> bytes) const;  ///< kind data if the file ends before
  void write(Index at, std::span<const std::byte> bytes) const;
  void begin_sync(Index at, Index bytes) const;  ///< the disk gets to work on them; nothing waits
  void sync() const;                             ///< waits until all that was written is on disk

 private:
  std::string file_;
  int fd_;
};
void write_text(const std::string& file, std::string_view content);  ///< a new file, synced
std::string text_of(const std::string& file);
void rename(const std::string& from, const std::string& to);  ///< replacing what is there
/// Renames, replacing what is there, and syncs the folder.
void publish(const std::string& from, const std::string& to);
/// Removes a file or folder with all that is in it; nothing happens if it is not there.
void remove_all(const std::string& path);
/// Like remove_all, but says nothing where it cannot: for use where another Error is on its way.
void discard(const std::string& path) noexcept;
void make_folder(const std::string& folder);                   ///< a new one in a folder that is there, not synced
void create_folder(const std::string& folder);                 ///< with those above it; nothing happens if it is there
std::vector<std::string> names_in(const std::string& folder);  ///< ascending; none if it is not there

}  // namespace spgrad::io
