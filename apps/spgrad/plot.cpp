#include "plot.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <sstream>

namespace spgrad::app {
namespace {

constexpr double kWidth = 720, kHeight = 420, kLeft = 70, kRight = 20, kTop = 40, kBottom = 50;

// 1, 2 or 5 times a power of ten, about a fifth of the range.
double round_step(double range) {
  const double raw = range / 5, power = std::pow(10, std::floor(std::log10(raw)));
  for (const double m : {1.0, 2.0, 5.0})
    if (raw <= m * power) return m * power;
  return 10 * power;
}

std::string number(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", x);
  return text;
}

struct Axis {
  double low, high;  // in data, or their logarithms
  double from, to;   // in the picture
  double at(double v) const { return from + (high > low ? (v - low) / (high - low) : 0.5) * (to - from); }
};

struct Label {
  double x, y;
  const char* anchor;
};

void write_text(std::ostream& out, const Label& at, const std::string& text) {
  out << "<text x=\"" << at.x << "\" y=\"" << at.y << "\" text-anchor=\"" << at.anchor << "\">" << text << "</text>\n";
}

std::vector<double> ticks(const Axis& axis) {
  std::vector<double> at;
  const double range = axis.high - axis.low;
  if (!(range > 0)) return {axis.low};
  const double step = round_step(range);
  for (double t = std::ceil(axis.low / step) * step; t <= axis.high + 1e-9 * range; t += step) at.push_back(t);
  return at;
}

}  // namespace

std::string svg(const Curve& curve) {
  std::vector<double> y;
  std::ranges::copy_if(curve.y, std::back_inserter(y), [](double v) { return std::isfinite(v); });
  if (y.empty()) y.push_back(0);
  const auto [least, most] = std::ranges::minmax(y);
  const bool logarithmic = least > 0 && most > 30 * least;
  const auto height = [&](double v) { return logarithmic ? std::log10(v) : v; };
  const Axis ax{0, std::max(1.0, static_cast<double>(curve.y.size()) - 1), kLeft, kWidth - kRight};
  const Axis ay{height(least), height(most), kHeight - kBottom, kTop};

  std::ostringstream out;
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << kWidth << ' ' << kHeight
      << "\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
  for (const double t : ticks(ay)) {
    out << "<path d=\"M" << ax.from << ' ' << ay.at(t) << 'H' << ax.to << "\" stroke=\"#dddddd\"/>\n";
    write_text(out, {kLeft - 8, ay.at(t) + 4, "end"}, number(logarithmic ? std::pow(10, t) : t));
  }
  for (const double t : ticks(ax)) write_text(out, {ax.at(t), kHeight - kBottom + 18, "middle"}, number(t));
  out << "<path d=\"M" << ax.from << ' ' << ay.to << 'V' << ay.from << 'H' << ax.to
      << "\" fill=\"none\" stroke=\"black\"/>\n<polyline fill=\"none\" stroke=\"#1f77b4\" stroke-width=\"2\" points=\"";
  for (std::size_t i = 0; i < curve.y.size(); ++i)
    if (std::isfinite(curve.y[i])) out << ax.at(static_cast<double>(i)) << ',' << ay.at(height(curve.y[i])) << ' ';
  out << "\"/>\n";
  write_text(out, {kWidth / 2, 24, "middle"}, curve.title);
  write_text(out, {kWidth / 2, kHeight - 10, "middle"}, curve.x_label);
  out << "<g transform=\"rotate(-90)\">";
  write_text(out, {-kHeight / 2, 16, "middle"}, curve.y_label);
  out << "</g>\n</svg>\n";
  return out.str();
}

}  // namespace spgrad::app
