// XNNPACK. Best layout: channels last. Plain: its channels-first operators, which take few layers.
#include <xnnpack.h>

#include <limits>
#include <memory>

#include "driver.h"

namespace depthwise::bench {
namespace {

class Xnnpack : public Peer {
 public:
  std::string version() override {
    if (xnn_initialize(nullptr) != xnn_status_success) throw std::runtime_error("xnn_initialize failed");
    return "of Debian";  // the header has no version
  }

  std::string prepare(const Layer& given, std::string* how) override {
    if (given.rank() > 2) return "no convolution of three axes";
    const Layer layer = given.as_2d();
    batch_ = layer.batch;
    channels_ = layer.out_channels;
    is_last_ = layer.best_layout;
    const size_t group_in = layer.in_channels / layer.groups, group_out = layer.out_channels / layer.groups;
    // Both operators want the weights as [group][output channel][height][width][input channel].
    const std::vector<float> weight = channels_last(layer.weight, layer.out_channels, group_in);
    const auto create = is_last_ ? xnn_create_convolution2d_nhwc_f32 : xnn_create_convolution2d_nchw_f32;
    const auto setup = is_last_ ? xnn_setup_convolution2d_nhwc_f32 : xnn_setup_convolution2d_nchw_f32;
    const float infinite = std::numeric_limits<float>::infinity();
    const auto size = [](int64_t value) { return static_cast<uint32_t>(value); };
    xnn_operator_t made = nullptr;
    const xnn_status created = create(
        size(layer.pad[0]), size(layer.pad_end[1]), size(layer.pad_end[0]), size(layer.pad[1]), size(layer.kernel[0]),
        size(layer.kernel[1]), size(layer.stride[0]), size(layer.stride[1]), size(layer.dilation[0]),
        size(layer.dilation[1]), size(layer.groups), group_in, group_out, static_cast<size_t>(layer.in_channels),
        static_cast<size_t>(layer.out_channels), weight.data(), layer.bias.data(), -infinite, infinite, 0, &made);
    if (created != xnn_status_success) return "XNNPACK has no operator for this layer in this layout";
    convolution_.reset(made);
    threads_.reset(pthreadpool_create(static_cast<size_t>(layer.threads)));
    input_ = is_last_ ? channels_last(layer.input, layer.batch, layer.in_channels) : layer.input;
    input_.resize(input_.size() + XNN_EXTRA_BYTES / sizeof(float));
    result_.assign(static_cast<size_t>(layer.batch * layer.out_channels * product(layer.out)), 0);
    const xnn_status ready = setup(made, static_cast<size_t>(layer.batch), static_cast<size_t>(layer.in[0]),
                                   static_cast<size_t>(layer.in[1]), input_.data(), result_.data(), threads_.get());
    if (ready != xnn_status_success) return "XNNPACK could not set the operator up";
    *how = is_last_ ? "nhwc" : "nchw";
    return "";
  }

  void run() override { xnn_run_operator(convolution_.get(), threads_.get()); }
  std::vector<float> output() override { return is_last_ ? channels_first(result_, batch_, channels_) : result_; }
  void release() override {
    convolution_.reset();
    threads_.reset();
  }

 private:
  struct Delete {
    void operator()(xnn_operator_t made) const { xnn_delete_operator(made); }
    void operator()(pthreadpool_t threads) const { pthreadpool_destroy(threads); }
  };
  std::unique_ptr<std::remove_pointer_t<xnn_operator_t>, Delete> convolution_;
  std::unique_ptr<std::remove_pointer_t<pthreadpool_t>, Delete> threads_;
  std::vector<float> input_, result_;
  int64_t batch_ = 0, channels_ = 0;
  bool is_last_ = false;
};

}  // namespace
}  // namespace depthwise::bench

int main() {
  depthwise::bench::Xnnpack peer;
  return depthwise::bench::serve(peer);
}
