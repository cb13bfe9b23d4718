#include "show.hpp"

#include <algorithm>
#include <charconv>

#include "commands.hpp"
#include "spgrad/distribute.hpp"
#include "spgrad/op.hpp"

namespace spgrad::app {
namespace {

constexpr Index kSmall = 64;  // elements

template <class T>
std::string element(T x) {
  if constexpr (std::is_same_v<T, bool>)
    return x ? "True" : "False";
  else if constexpr (is_complex_v<T>)
    return text(shown(x.real()), x.imag() < 0 ? "" : "+", shown(x.imag()), 'j');
  else if constexpr (std::is_integral_v<T>)
    return std::to_string(x);
  else
    return shown(static_cast<double>(x));
}

// All elements of a dense value that is whole here, one row a line.
std::string elements(const Value& v) {
  return dispatch(v.dtype(), [&]<class T>() -> std::string {
    const auto x = v.data<T>();
    if (v.shape().ndim() == 0) return element(x[0]);
    const Index rows = v.shape().ndim() == 2 ? v.shape()[0] : 1, columns = v.shape()[v.shape().ndim() - 1];
    std::string out = v.shape().ndim() == 2 ? "[" : "";
    for (Index i = 0; i < rows; ++i) {
      out += i > 0 ? ",\n [" : "[";
      for (Index j = 0; j < columns; ++j)
        out +=
            (j > 0 ? ", " : "") + element(x[static_cast<std::size_t>(v.slow() == 0 ? i * columns + j : j * rows + i)]);
      out += ']';
    }
    return out + (v.shape().ndim() == 2 ? "]" : "");
  });
}

// The stored entries of a sparse matrix that is all here.
std::string entries(const Value& v) {
  return dispatch(v.dtype(), [&]<class T>() -> std::string {
    const Sparsity& s = *v.sparsity();
    std::string out;
    for (Index k = 0; k < s.local_majors(); ++k)
      for (Index p = s.indptr[k]; p < s.indptr[k + 1]; ++p) {
        const Index l = s.global_minor(s.indices[p]);
        const bool csr = v.format() == Format::csr;
        out += text("\n  (", csr ? k : l, ", ", csr ? l : k, ")  ", element(v.data<T>()[static_cast<std::size_t>(p)]));
      }
    return out;
  });
}

}  // namespace

std::string shown(double x) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, x).ptr;
  return {digits, static_cast<std::size_t>(end - digits)};
}

std::optional<RunModel> predict(const Session& session, const Explain& explain, Function& function,
                                const Bindings& given, const Machine& machine) {
  if (!explain.schedule) return {};
  RunModel predicted = function.predict(given, machine);
  session.print(to_string(predicted));
  return predicted;
}

void print(const Session& session, const Explain& explain, const Function& function,
           const std::optional<RunModel>& predicted) {
  if (explain.rewrites) session.print(function.explain_rewrites());
  if (predicted) session.print(function.explain(*predicted));
}

void show_result(const Session& session, const std::string& name, const Value& value) {
  const Type type = type_of(value);
  const Index size = value.is_sparse() ? value.sparsity()->nnz() : value.shape().elements();
  if (size <= kSmall) {
    const Value all = value.is_sparse() || value.cut() != kWhole ? gather_all(session.world(), value) : value;
    if (value.is_sparse()) return session.print(name, "  ", type, ", ", size, " stored", entries(all));
    if (value.shape().ndim() == 0) return session.print(name, " = ", elements(all));
    return session.print(name, "  ", type, "\n", elements(all));
  }
  const Statistics s = statistics(session.world(), value);
  session.print(name, "  ", type, value.is_sparse() ? text(", ", s.stored, " stored") : std::string(), ": min ",
                shown(s.min), ", max ", shown(s.max), ", mean ", shown(s.mean), ", zeros ", s.explicit_zeros, ", NaN ",
                s.nan);
}

}  // namespace spgrad::app
