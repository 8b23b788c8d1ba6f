#include "driver.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

namespace depthwise::bench {
namespace {

double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

using Fields = std::map<std::string, std::string>;

Sizes sizes(const Fields& fields, const char* name) {
  Sizes values;
  for (const std::string& part : split(fields.at(name), ',')) values.push_back(std::stoll(part));
  return values;
}

void read_floats(std::ifstream& file, size_t count, std::vector<float>* out) {
  out->resize(count);
  file.read(reinterpret_cast<char*>(out->data()), static_cast<std::streamsize>(count * sizeof(float)));
}

Layer read_layer(const Fields& fields) {
  Layer layer;
  layer.best_layout = fields.at("layout") == "best";
  layer.threads = std::stoi(fields.at("threads"));
  layer.batch = std::stoll(fields.at("batch"));
  layer.in_channels = std::stoll(fields.at("inChannels"));
  layer.out_channels = std::stoll(fields.at("outChannels"));
  layer.groups = std::stoll(fields.at("groups"));
  layer.in = sizes(fields, "in");
  layer.out = sizes(fields, "out");
  layer.kernel = sizes(fields, "kernel");
  layer.stride = sizes(fields, "stride");
  layer.dilation = sizes(fields, "dilation");
  const Sizes pad = sizes(fields, "pad");
  const auto middle = pad.begin() + layer.rank();
  layer.pad.assign(pad.begin(), middle);
  layer.pad_end.assign(middle, pad.end());
  std::ifstream file(fields.at("arrays"), std::ios::binary);
  const int64_t weights = layer.out_channels * (layer.in_channels / layer.groups) * product(layer.kernel);
  read_floats(file, static_cast<size_t>(layer.batch * layer.in_channels * product(layer.in)), &layer.input);
  read_floats(file, static_cast<size_t>(weights), &layer.weight);
  read_floats(file, static_cast<size_t>(layer.out_channels), &layer.bias);
  if (!file) throw std::runtime_error("the file of arrays is too short");
  return layer;
}

std::string prepare(Peer& peer, const std::vector<std::string>& words) {
  Fields fields;
  for (size_t i = 1; i < words.size(); ++i) {
    const size_t equals = words[i].find('=');
    if (equals != std::string::npos) fields[words[i].substr(0, equals)] = words[i].substr(equals + 1);
  }
  const Layer layer = read_layer(fields);
  std::string how;
  const std::string reason = peer.prepare(layer, &how);
  if (!reason.empty()) return "no " + reason;
  double ms = peer.known_ms();
  if (ms == 0) {
    const double begin = now_ms();
    peer.run();
    ms = now_ms() - begin;
  }
  const std::vector<float> output = peer.output();
  std::ofstream file(fields.at("output"), std::ios::binary);
  file.write(reinterpret_cast<const char*>(output.data()), static_cast<std::streamsize>(output.size() * sizeof(float)));
  return "ok " + std::to_string(ms) + " " + how;
}

std::string run(Peer& peer, int64_t calls) {
  const double begin = now_ms();
  for (int64_t i = 0; i < calls; ++i) peer.run();
  char text[64];
  snprintf(text, sizeof text, "%.9g", (now_ms() - begin) / static_cast<double>(calls));
  return text;
}

// Each of `images` matrices of rows x columns, transposed.
std::vector<float> transposed(const std::vector<float>& data, int64_t images, int64_t rows, int64_t columns) {
  std::vector<float> out(data.size());
  for (int64_t i = 0; i < images; ++i)
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t c = 0; c < columns; ++c) out[(i * columns + c) * rows + r] = data[(i * rows + r) * columns + c];
  return out;
}

}  // namespace

Layer Layer::as_2d() const {
  Layer layer = *this;
  if (rank() != 1) return layer;
  for (Sizes* ones : {&layer.in, &layer.out, &layer.kernel, &layer.stride, &layer.dilation})
    ones->insert(ones->begin(), 1);
  layer.pad.insert(layer.pad.begin(), 0);
  layer.pad_end.insert(layer.pad_end.begin(), 0);
  return layer;
}

int64_t product(const Sizes& sizes) {
  int64_t all = 1;
  for (int64_t size : sizes) all *= size;
  return all;
}

double time_once(Peer& peer) {
  const double begin = now_ms();
  peer.run();
  const double first = now_ms() - begin;
  if (first > 200) return first;
  const int calls = first > 10 ? 2 : 10;
  double best = first;
  for (int i = 0; i < calls; ++i) {
    const double start = now_ms();
    peer.run();
    best = std::min(best, now_ms() - start);
  }
  return best;
}

std::vector<float> channels_last(const std::vector<float>& data, int64_t batch, int64_t channels) {
  return transposed(data, batch, channels, static_cast<int64_t>(data.size()) / batch / channels);
}

std::vector<float> channels_first(const std::vector<float>& data, int64_t batch, int64_t channels) {
  return transposed(data, batch, static_cast<int64_t>(data.size()) / batch / channels, channels);
}

int serve(Peer& peer) {
  std::cout << "ready " << peer.version() << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::string answer;
    try {
      const std::vector<std::string> words = split(line, '\t');
      if (words.at(0) == "prepare") {
        answer = prepare(peer, words);
      } else if (words.at(0) == "run") {
        answer = run(peer, std::stoll(words.at(1)));
      } else if (words.at(0) == "release") {
        peer.release();
        answer = "ok";
      } else {
        answer = "no such command: " + words.at(0);
      }
    } catch (const std::exception& error) {
      answer = std::string("no ") + error.what();
    }
    for (char& letter : answer)
      if (letter == '\n') letter = ' ';
    std::cout << answer << std::endl;
  }
  return 0;
}

}  // namespace depthwise::bench
