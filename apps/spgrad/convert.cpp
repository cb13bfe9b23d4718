#include <algorithm>

#include "commands.hpp"
#include "source.hpp"

namespace spgrad::app {

int convert(Session& session, const ConvertOptions& options) {
  const std::string group = options.out.group.empty() ? "/X" : options.out.group;
  const Source source = read_source(session.world(), options.in);
  std::vector<std::pair<std::string, Value>> values{{group, source.matrix}};
  if (source.labels) values.emplace_back(group.substr(0, group.rfind('/')) + "/y", *source.labels);
  io::write(session.world(), options.out.file, values);
  session.print(options.out.file, ":", group, "  ", source.matrix);
  if (source.labels) session.print(options.out.file, ":", values.back().first, "  ", *source.labels);
  return 0;
}

}  // namespace spgrad::app
