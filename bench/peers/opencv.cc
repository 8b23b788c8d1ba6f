// OpenCV's filter2D, a plane at a time: depthwise convolution of stride 1 and an output as large as the input.
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "driver.h"

namespace depthwise::bench {
namespace {

class OpenCv : public Peer {
 public:
  std::string version() override { return CV_VERSION; }

  std::string prepare(const Layer& given, std::string* how) override {
    if (given.rank() > 2) return "no filter of three axes";
    layer_ = given.as_2d();
    if (layer_.best_layout) return "its layout is plain planes";
    if (!layer_.is_depthwise() || layer_.out_channels != layer_.in_channels) return "filter2D is depthwise";
    for (int axis = 0; axis < 2; ++axis)
      if (layer_.stride[axis] != 1 || layer_.dilation[axis] != 1 || layer_.in[axis] != layer_.out[axis])
        return "filter2D has no stride, no dilation and no other size";
    cv::setNumThreads(layer_.threads);
    result_.assign(layer_.input.size(), 0);
    *how = "filter2D";
    return "";
  }

  void run() override {
    const int planes = static_cast<int>(layer_.batch * layer_.in_channels);
    if (layer_.threads == 1) return filter(0, planes);
    cv::parallel_for_(
        cv::Range(0, planes), [&](const cv::Range& range) { filter(range.start, range.end); }, layer_.threads);
  }

  std::vector<float> output() override { return result_; }
  void release() override {
    layer_ = Layer();
    result_.clear();
  }

 private:
  void filter(int begin, int end) {
    const int64_t plane = product(layer_.in), taps = product(layer_.kernel);
    const auto image = [&](std::vector<float>& data, int64_t index) {
      return cv::Mat(static_cast<int>(layer_.in[0]), static_cast<int>(layer_.in[1]), CV_32F, &data[index * plane]);
    };
    for (int index = begin; index < end; ++index) {
      const int64_t channel = index % layer_.in_channels;
      const cv::Mat kernel(static_cast<int>(layer_.kernel[0]), static_cast<int>(layer_.kernel[1]), CV_32F,
                           &layer_.weight[channel * taps]);
      cv::Mat to = image(result_, index);
      const cv::Point anchor(static_cast<int>(layer_.pad[1]), static_cast<int>(layer_.pad[0]));
      cv::filter2D(image(layer_.input, index), to, CV_32F, kernel, anchor, layer_.bias[channel],
                   cv::BORDER_CONSTANT | cv::BORDER_ISOLATED);
    }
  }

  Layer layer_;
  std::vector<float> result_;
};

}  // namespace
}  // namespace depthwise::bench

int main() {
  depthwise::bench::OpenCv peer;
  return depthwise::bench::serve(peer);
}
