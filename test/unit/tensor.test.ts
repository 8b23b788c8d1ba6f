import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { ones, type Tensor, tensor, version, zeros } from "../../lib/index.js";
import { expectRefusal } from "../support/thrown.js";

describe("making tensors", () => {
  test("a typed array is wrapped, not copied", () => {
    const data = new Float32Array(6);
    const x = tensor(data, [2, 3]);
    expect(x.data).toBe(data);
    expect(x.shape).toEqual([2, 3]);
    expect(Object.isFrozen(x.shape)).toBe(true);
    expect(x.numel).toBe(6);
    expect(x.dtype).toBe("float32");
    expect(tensor(new Float64Array(3)).shape).toEqual([3]);
    expect(tensor(new Float64Array(3)).dtype).toBe("float64");
  });

  test("a view with an offset is taken as it is", () => {
    const x = tensor(new Float32Array(new ArrayBuffer(32), 8, 4), [2, 2]);
    x.set(5, 1, 1);
    expect(new Float32Array(x.data.buffer)[5]).toBe(5);
  });

  test("its data can be folded, whichever array it is", () => {
    for (const dtype of ["float32", "float64"] as const) {
      const { data } = tensor([1, 2, 3], { dtype });
      const sum: number = data.reduce((total, value) => total + value);
      const mean: number = data.reduce((total, value, _, { length }) => total + value / length, 0);
      const digits: string = data.reduceRight((all, value) => `${all}${value}`, "");
      expect([sum, mean, digits]).toEqual([6, 2, "321"]);
      expect(data.map((value) => -value).filter((value) => value < -1)).toHaveLength(2);
    }
  });

  test("numbers nested in arrays", () => {
    const x = tensor([[1, 2], [3, 4], [5, 6]]); // biome-ignore format: a table
    expect(x.shape).toEqual([3, 2]);
    expect([...x.data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(tensor(7).shape).toEqual([]);
    expect(tensor([]).shape).toEqual([0]);
    expect(tensor([[], []]).shape).toEqual([2, 0]);
    expect(tensor([1, 2], { dtype: "float64" }).data).toEqual(new Float64Array([1, 2]));
    expect(tensor([1, 2, 3, 4], [2, 2]).shape).toEqual([2, 2]);
  });

  test("ragged arrays and foreign elements are refused with the place", () => {
    const ragged = (data: unknown, ...mentions: string[]) =>
      expectRefusal(() => tensor(data as number[]), RangeError, "ERR_DEPTHWISE_SHAPE", ...mentions);
    ragged([[1, 2], [3]], "[2, 2] needs 2 elements in data[1], but got 1");
    ragged([[1, 2], 3], "data[1] must be an array of 2", "3");
    ragged([1, [2]], "data[1] must be a number", "array of 1");
    expectRefusal(() => tensor([1, "2"] as never), TypeError, "ERR_DEPTHWISE_TYPE", "data[1]", "'2'");
    expectRefusal(() => tensor([[1], [2n]] as never), TypeError, "ERR_DEPTHWISE_TYPE", "data[1][0]", "2n");
    expectRefusal(() => tensor(new Int32Array(2) as never), TypeError, "ERR_DEPTHWISE_TYPE", "Int32Array of 2");
    expectRefusal(() => tensor(new Float32Array(2), { dtype: "float64" }), TypeError, "ERR_DEPTHWISE_TYPE", "float64");
  });

  test("zeros and ones", () => {
    expect([...zeros([2, 2]).data]).toEqual([0, 0, 0, 0]);
    expect(ones([3], { dtype: "float64" }).data).toEqual(new Float64Array([1, 1, 1]));
    expectRefusal(() => zeros([2, -1]), RangeError, "ERR_DEPTHWISE_VALUE", "shape[1]", "-1");
    expectRefusal(() => zeros(2 as never), TypeError, "ERR_DEPTHWISE_TYPE", "shape");
    expectRefusal(() => zeros([2], { dtype: "float16" as never }), RangeError, "ERR_DEPTHWISE_VALUE", "'float16'");
    expectRefusal(() => zeros([2], { type: 1 } as never), TypeError, "ERR_DEPTHWISE_OPTION", "'dtype'");
  });
});

describe("elements", () => {
  test("get and set, also from the end", () => {
    const x = tensor([[1, 2, 3], [4, 5, 6]]); // biome-ignore format: a table
    expect(x.get(1, 0)).toBe(4);
    expect(x.get(-1, -1)).toBe(6);
    expect(x.set(9, 0, -1).get(0, 2)).toBe(9);
    expectRefusal(() => x.get(2, 0), RangeError, "ERR_DEPTHWISE_VALUE", "axis 0", "-2 to 1", "got 2");
    expectRefusal(() => x.get(0), RangeError, "ERR_DEPTHWISE_VALUE", "[2, 3]", "2 indices", "got 1");
    expectRefusal(() => x.get(0, 0.5), RangeError, "ERR_DEPTHWISE_VALUE", "axis 1", "0.5");
  });

  test("writes are counted, for all who share the memory", () => {
    const x = zeros([2, 3]);
    const y = x.reshape([3, 2]);
    const copy = x.clone();
    x.set(1, 0, 0);
    y.fill(2);
    x.touch();
    expect(x.version).toBe(3);
    expect(y.version).toBe(3);
    expect(copy.version).toBe(0);
    expect([...copy.data]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("reshape shares, and computes one size", () => {
    const x = tensor(new Float32Array(12), [3, 4]);
    expect(x.reshape([2, -1]).shape).toEqual([2, 6]);
    expect(x.reshape([-1]).data).toBe(x.data);
    for (const shape of [[5, -1], [13], [0, -1], [-1, -1], [2.5]]) expect(() => x.reshape(shape)).toThrow(RangeError);
    expectRefusal(() => x.reshape([5, -1]), RangeError, "ERR_DEPTHWISE_SHAPE", "[3, 4]", 12, "[5, -1]");
  });
});

describe("allClose", () => {
  test("is PyTorch's", () => {
    const a = tensor([1, 2, Number.POSITIVE_INFINITY]);
    expect(a.allClose(tensor([1, 2 + 1e-6, Number.POSITIVE_INFINITY]))).toBe(true);
    expect(a.allClose(tensor([1, 2.1, Number.POSITIVE_INFINITY]))).toBe(false);
    expect(a.allClose(tensor([1, 2.1, Number.POSITIVE_INFINITY]), { atol: 0.2 })).toBe(true);
    expect(a.allClose(tensor([1, 2, Number.NEGATIVE_INFINITY]), { rtol: 1 })).toBe(false);
    const nan = tensor([Number.NaN]);
    expect(nan.allClose(nan)).toBe(false);
    expect(nan.allClose(nan, { equalNaN: true })).toBe(true);
    expectRefusal(() => a.allClose(zeros([2])), RangeError, "ERR_DEPTHWISE_SHAPE", "[3]", "[2]");
    expectRefusal(() => a.allClose(zeros([3], { dtype: "float64" })), TypeError, "ERR_DEPTHWISE_TYPE", "float64");
  });
});

// What PyTorch 1.13.1 prints for the same tensors, apart from `dtype=torch.float64`.
describe("printing", () => {
  const nan = Number.NaN;
  const inf = Number.POSITIVE_INFINITY;
  const count = (n: number) => Float32Array.from({ length: n }, (_, index) => index);
  test.each<[string, Tensor, string]>([
    ["whole numbers", tensor([1, 2, 3]), "tensor([1., 2., 3.])"],
    [
      "fractions, aligned",
      tensor([
        [1.5, -2],
        [3, 40.25],
      ]),
      ["tensor([[ 1.5000, -2.0000],", "        [ 3.0000, 40.2500]])"].join("\n"),
    ],
    ["a number", tensor(1.23456), "tensor(1.2346)"],
    [
      "zeros, 24 a line",
      zeros([30]),
      [
        "tensor([0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0.,",
        "        0., 0., 0., 0., 0., 0.])",
      ].join("\n"),
    ],
    ["NaN and infinities", tensor([nan, 1, inf, -inf]), "tensor([nan, 1., inf, -inf])"],
    ["NaN among fractions", tensor([nan, 0.5]), "tensor([   nan, 0.5000])"],
    ["far apart", tensor([1e-5, 1]), "tensor([1.0000e-05, 1.0000e+00])"],
    ["large whole numbers", tensor([1e9, 1, -3]), "tensor([ 1.0000e+09,  1.0000e+00, -3.0000e+00])"],
    ["ties to even", tensor([1 / 32, 3 / 32, -1 / 32]), "tensor([ 0.0312,  0.0938, -0.0312])"],
    ["negative zero", tensor([-0, 0.5]), "tensor([-0.0000, 0.5000])"],
    ["float64", tensor([0.1], { dtype: "float64" }), "tensor([0.1000], dtype=float64)"],
    ["empty", zeros([0]), "tensor([])"],
    ["empty with a shape", zeros([2, 0], { dtype: "float64" }), "tensor([], size=(2, 0), dtype=float64)"],
    [
      "three axes",
      tensor(count(12), [2, 2, 3]),
      [
        "tensor([[[ 0.,  1.,  2.],",
        "         [ 3.,  4.,  5.]],",
        "",
        "        [[ 6.,  7.,  8.],",
        "         [ 9., 10., 11.]]])",
      ].join("\n"),
    ],
    ["a summary", tensor(count(1001)), "tensor([   0.,    1.,    2.,  ...,  998.,  999., 1000.])"],
    [
      "a summary of a matrix",
      tensor(count(1200), [30, 40]),
      [
        "tensor([[0.0000e+00, 1.0000e+00, 2.0000e+00,  ..., 3.7000e+01, 3.8000e+01,",
        "         3.9000e+01],",
        "        [4.0000e+01, 4.1000e+01, 4.2000e+01,  ..., 7.7000e+01, 7.8000e+01,",
        "         7.9000e+01],",
        "        [8.0000e+01, 8.1000e+01, 8.2000e+01,  ..., 1.1700e+02, 1.1800e+02,",
        "         1.1900e+02],",
        "        ...,",
        "        [1.0800e+03, 1.0810e+03, 1.0820e+03,  ..., 1.1170e+03, 1.1180e+03,",
        "         1.1190e+03],",
        "        [1.1200e+03, 1.1210e+03, 1.1220e+03,  ..., 1.1570e+03, 1.1580e+03,",
        "         1.1590e+03],",
        "        [1.1600e+03, 1.1610e+03, 1.1620e+03,  ..., 1.1970e+03, 1.1980e+03,",
        "         1.1990e+03]])",
      ].join("\n"),
    ],
    [
      "a summary of images",
      tensor(count(7 * 11 * 13), [7, 11, 13]).reshape([7, 11, 13]),
      [
        "tensor([[[   0.,    1.,    2.,  ...,   10.,   11.,   12.],",
        "         [  13.,   14.,   15.,  ...,   23.,   24.,   25.],",
        "         [  26.,   27.,   28.,  ...,   36.,   37.,   38.],",
        "         ...,",
        "         [ 104.,  105.,  106.,  ...,  114.,  115.,  116.],",
        "         [ 117.,  118.,  119.,  ...,  127.,  128.,  129.],",
        "         [ 130.,  131.,  132.,  ...,  140.,  141.,  142.]],",
        "",
        "        [[ 143.,  144.,  145.,  ...,  153.,  154.,  155.],",
        "         [ 156.,  157.,  158.,  ...,  166.,  167.,  168.],",
        "         [ 169.,  170.,  171.,  ...,  179.,  180.,  181.],",
        "         ...,",
        "         [ 247.,  248.,  249.,  ...,  257.,  258.,  259.],",
        "         [ 260.,  261.,  262.,  ...,  270.,  271.,  272.],",
        "         [ 273.,  274.,  275.,  ...,  283.,  284.,  285.]],",
        "",
        "        [[ 286.,  287.,  288.,  ...,  296.,  297.,  298.],",
        "         [ 299.,  300.,  301.,  ...,  309.,  310.,  311.],",
        "         [ 312.,  313.,  314.,  ...,  322.,  323.,  324.],",
        "         ...,",
        "         [ 390.,  391.,  392.,  ...,  400.,  401.,  402.],",
        "         [ 403.,  404.,  405.,  ...,  413.,  414.,  415.],",
        "         [ 416.,  417.,  418.,  ...,  426.,  427.,  428.]],",
        "",
        "        ...,",
        "",
        "        [[ 572.,  573.,  574.,  ...,  582.,  583.,  584.],",
        "         [ 585.,  586.,  587.,  ...,  595.,  596.,  597.],",
        "         [ 598.,  599.,  600.,  ...,  608.,  609.,  610.],",
        "         ...,",
        "         [ 676.,  677.,  678.,  ...,  686.,  687.,  688.],",
        "         [ 689.,  690.,  691.,  ...,  699.,  700.,  701.],",
        "         [ 702.,  703.,  704.,  ...,  712.,  713.,  714.]],",
        "",
        "        [[ 715.,  716.,  717.,  ...,  725.,  726.,  727.],",
        "         [ 728.,  729.,  730.,  ...,  738.,  739.,  740.],",
        "         [ 741.,  742.,  743.,  ...,  751.,  752.,  753.],",
        "         ...,",
        "         [ 819.,  820.,  821.,  ...,  829.,  830.,  831.],",
        "         [ 832.,  833.,  834.,  ...,  842.,  843.,  844.],",
        "         [ 845.,  846.,  847.,  ...,  855.,  856.,  857.]],",
        "",
        "        [[ 858.,  859.,  860.,  ...,  868.,  869.,  870.],",
        "         [ 871.,  872.,  873.,  ...,  881.,  882.,  883.],",
        "         [ 884.,  885.,  886.,  ...,  894.,  895.,  896.],",
        "         ...,",
        "         [ 962.,  963.,  964.,  ...,  972.,  973.,  974.],",
        "         [ 975.,  976.,  977.,  ...,  985.,  986.,  987.],",
        "         [ 988.,  989.,  990.,  ...,  998.,  999., 1000.]]])",
      ].join("\n"),
    ],
  ])("%s", (_, x, text) => {
    expect(String(x)).toBe(text);
    expect(inspect(x)).toBe(text);
  });
});

test("the version is the package's", () => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(version).toBe(manifest.version);
});
