// convolve, max_pool: windows of images, as a product with a sparse matrix and as lists of pixels.
#include <optional>

#include "spgrad/ops.hpp"

namespace spgrad {
namespace {

using Pair = std::array<Index, 2>;  // height, width

/// Windows over an image: where they begin, and how many there are each way.
struct Windows {
  ImageShape of;
  Pair size, step, first, count;

  /// The pixel (i, j) of the window (y, x) in channel c; none outside of the image.
  std::optional<Index> pixel(Index c, Index y, Index x, Index i, Index j) const {
    const Index row = first[0] + y * step[0] + i, column = first[1] + x * step[1] + j;
    if (row < 0 || row >= of.height || column < 0 || column >= of.width) return {};
    return (c * of.height + row) * of.width + column;
  }
};

// Each way there are ceil((length - size + 1) / step) windows inside, and ceil((length + size - 1) / step) that touch.
Windows windows(const ImageShape& of, const Pair& size, const Pair& step, Border border) {
  Windows w{of, size, step, {}, {}};
  for (const int axis : {0, 1}) {
    const Index length = axis == 0 ? of.height : of.width;
    require(size[axis] > 0 && step[axis] > 0, "a window of size ", size[axis], " with step ", step[axis]);
    w.first[axis] = border == Border::full ? 1 - size[axis] : 0;
    const Index places = length - w.first[axis] - (border == Border::full ? 0 : size[axis] - 1);
    require(length > 0 && places > 0, "a window of size ", size[axis], " does not fit into an image of size ", length);
    w.count[axis] = (places + step[axis] - 1) / step[axis];
  }
  return w;
}

Var numbers(const std::vector<Index>& x) {
  const Value value = Value::whole(DType::int64, {static_cast<Index>(x.size())});
  std::ranges::copy(x, value.data<Index>().begin());
  return constant(value);
}

// f(y, x) for every window, in raster order.
template <class F>
void for_places(const Windows& w, F f) {
  for (Index y = 0; y < w.count[0]; ++y)
    for (Index x = 0; x < w.count[1]; ++x) f(y, x);
}

// f(i, j) for every pixel of a window.
template <class F>
void for_window(const Windows& w, F f) {
  for (Index i = 0; i < w.size[0]; ++i)
    for (Index j = 0; j < w.size[1]; ++j) f(i, j);
}

// Images x outputs: column (n, y, x) holds kernel n at the pixels of its window.
Var matrix_of(const Var& kernels, const Windows& w) {
  std::vector<Index> kernel, tap, pixel, fences{0};
  const Index count = kernels->type.shape[0], taps = w.size[0] * w.size[1];
  for (Index n = 0; n < count; ++n)
    for_places(w, [&](Index y, Index x) {
      for (Index c = 0; c < w.of.channels; ++c)
        for_window(w, [&](Index i, Index j) {
          const auto at = w.pixel(c, y, x, i, j);
          if (!at) return;
          kernel.push_back(n);
          tap.push_back(c * taps + i * w.size[1] + j);
          pixel.push_back(*at);
        });
      fences.push_back(static_cast<Index>(pixel.size()));
    });
  return csm(get_item_2lists(kernels, numbers(kernel), numbers(tap)), numbers(pixel), numbers(fences),
             {w.of.channels * w.of.height * w.of.width, count * w.count[0] * w.count[1]}, Format::csc);
}

void require_images(const char* what, const Var& images, const ImageShape& of) {
  const Index pixels = of.channels * of.height * of.width;
  require(!images->type.sparse() && images->type.ndim() == 2, what, ": the images must be a dense matrix, not ",
          images->type);
  require(images->type.shape[1] == kUnknown || images->type.shape[1] == pixels, what, ": the images have ",
          images->type.shape[1], " pixels each, but their shape says ", pixels);
}

}  // namespace

Images convolve(const Var& kernels, const Pair& window, const Var& images, const ImageShape& of, const Pair& step,
                const Var& bias, Border border) {
  require_images("convolve", images, of);
  const Index taps = of.channels * window[0] * window[1];
  require(!kernels->type.sparse() && kernels->type.ndim() == 2 && kernels->type.shape.known(),
          "convolve: the kernels must be a dense matrix of known size, not ", kernels->type);
  require(kernels->type.shape[1] == taps, "convolve: the kernels have ", kernels->type.shape[1],
          " weights each, but a window of all channels has ", taps, " pixels");
  const Windows w = windows(of, window, step, border);
  const ImageShape shape{kernels->type.shape[0], w.count[0], w.count[1]};
  const Var out = structured_dot(images, matrix_of(kernels, w));
  if (!bias) return {out, shape};
  std::vector<Index> kernel;
  for (Index n = 0; n < shape.channels; ++n) for_places(w, [&](Index, Index) { kernel.push_back(n); });
  return {add(out, take(bias, numbers(kernel))), shape};
}

Images max_pool(const Var& images, const ImageShape& of, const Pair& window) {
  require_images("max_pool", images, of);
  const Windows w = windows(of, window, window, Border::valid);
  Var largest;
  for_window(w, [&](Index i, Index j) {
    std::vector<Index> pixel;
    for (Index c = 0; c < of.channels; ++c)
      for_places(w, [&](Index y, Index x) { pixel.push_back(*w.pixel(c, y, x, i, j)); });
    const Var some = take(images, numbers(pixel), 1);
    largest = largest ? maximum(largest, some) : some;
  });
  return {largest, {of.channels, w.count[0], w.count[1]}};
}

}  // namespace spgrad
