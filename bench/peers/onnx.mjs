// onnxruntime-node: one Conv node, weights as initializers, the time of session.run as JavaScript sees it.
import protobuf from "protobufjs";

// The part of ONNX's schema (onnx.proto3, field numbers from there) that one Conv node needs.
const schema = protobuf.parse(
  `
  syntax = "proto3";
  message Attribute { string name = 1; int64 i = 3; repeated int64 ints = 8; int32 type = 20; }
  message Dimension { int64 dim_value = 1; }
  message TensorShape { repeated Dimension dim = 1; }
  message TensorType { int32 elem_type = 1; TensorShape shape = 2; }
  message Type { TensorType tensor_type = 1; }
  message ValueInfo { string name = 1; Type type = 2; }
  message Node { repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4; repeated Attribute attribute = 5; }
  message Tensor { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
  message Graph { repeated Node node = 1; string name = 2; repeated Tensor initializer = 5; repeated ValueInfo input = 11; repeated ValueInfo output = 12; }
  message OperatorSet { string domain = 1; int64 version = 2; }
  message Model { int64 ir_version = 1; Graph graph = 7; repeated OperatorSet opset_import = 8; }
`,
  { keepCase: true },
).root;

const FLOAT = 1;
const INTS = 7;
const INT = 2;

function convModel(shape, weight, bias) {
  const value = (name, dims) => ({
    name,
    type: { tensor_type: { elem_type: FLOAT, shape: { dim: dims.map((d) => ({ dim_value: d })) } } },
  });
  const tensor = (name, dims, data) => ({
    name,
    dims,
    data_type: FLOAT,
    raw_data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  });
  const ints = (name, values) => ({ name, ints: values, type: INTS });
  const model = {
    ir_version: 8,
    opset_import: [{ domain: "", version: 17 }],
    graph: {
      name: "conv",
      node: [
        {
          op_type: "Conv",
          name: "conv",
          input: ["x", "w", "b"],
          output: ["y"],
          attribute: [
            ints("kernel_shape", shape.kernel),
            ints("strides", shape.stride),
            ints("dilations", shape.dilation),
            ints("pads", shape.pad),
            { name: "group", i: shape.groups, type: INT },
          ],
        },
      ],
      initializer: [tensor("w", shape.weightShape, weight), tensor("b", [shape.outChannels], bias)],
      input: [value("x", shape.inputShape)],
      output: [value("y", shape.outputShape)],
    },
  };
  const Model = schema.lookupType("Model");
  return Model.encode(Model.fromObject(model)).finish();
}

/** 1-D is posed as 2-D of height 1: three times faster there than its own 1-D. */
function as2d(shape) {
  if (shape.rank !== 1) return shape;
  const one = ([n, c, w]) => [n, c, 1, w];
  return {
    ...shape,
    kernel: [1, ...shape.kernel],
    stride: [1, ...shape.stride],
    dilation: [1, ...shape.dilation],
    pad: [0, shape.pad[0], 0, shape.pad[1]],
    inputShape: one(shape.inputShape),
    weightShape: one(shape.weightShape),
    outputShape: one(shape.outputShape),
  };
}

export const onnx = {
  name: "onnxruntime-node",
  layout: "plain",
  isForeign: true,
  async load() {
    this.runtime = (await import("onnxruntime-node")).default;
    return this.runtime.env.versions.node ?? this.runtime.env.versions.common;
  },
  takes: () => true,
  async prepare(layer, { input, weight, bias }, threads) {
    const shape = as2d(layer);
    const session = await this.runtime.InferenceSession.create(convModel(shape, weight, bias), {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: "all",
      executionMode: "sequential",
    });
    const feeds = { x: new this.runtime.Tensor("float32", input, shape.inputShape) };
    return {
      run: () => session.run(feeds),
      output: async () => (await session.run(feeds)).y.data,
      release: () => session.release(),
    };
  },
};
