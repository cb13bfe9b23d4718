// plot.hpp: a curve as an SVG picture.
#pragma once

#include <string>
#include <vector>

namespace spgrad::app {

struct Curve {
  std::string title, x_label, y_label;
  std::vector<double> y;  ///< y[i] at x = i
};

/// An SVG document: the curve with axes and round tick values; the y axis is logarithmic if all y are positive and the
/// largest is more than 30 times the smallest.
std::string svg(const Curve& curve);

}  // namespace spgrad::app
