"""The engines: each compiles the graphs of a work, or in our case drives the runner, and runs it."""

import copy
import json
import subprocess
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file, save_file


def export_all(graphs, folder):
    """Writes every graph of a work as <name>.onnx."""
    for name, graph in graphs.items():
        export(graph, folder / f"{name}.onnx")


def export(graph, path):
    """Writes a graph as ONNX with fixed shapes."""
    arguments = tuple(torch.from_numpy(value) for value in graph.inputs.values())
    # The fused attention of inference mode has no ONNX form; PyTorch itself is timed with it.
    torch.backends.mha.set_fastpath_enabled(False)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            graph.module, arguments, str(path), input_names=list(graph.inputs), output_names=graph.outputs,
            opset_version=18, dynamo=False)
    torch.backends.mha.set_fastpath_enabled(True)


class Torch:
    """PyTorch; the other two peers differ in how they compile."""

    name = "PyTorch"
    # Of which process; an entry of /proc.
    process = "self"

    def __init__(self, work, folder, threads):
        torch.set_num_threads(threads)
        self.work = work
        self.compiled = {name: self._callable(graph) for name, graph in work.graphs.items()}

    @staticmethod
    def _callable(graph):
        def call(*arrays):
            with torch.inference_mode():
                result = graph.module(*[torch.from_numpy(np.ascontiguousarray(array)) for array in arrays])
            return [part.numpy() for part in (result if isinstance(result, tuple) else (result,))]
        return call

    def run(self):
        start = time.perf_counter()
        outputs = self.work.run(self.compiled)
        return time.perf_counter() - start, outputs

    def close(self):
        self.compiled = None


class ONNXRuntime(Torch):
    name = "ONNX Runtime"

    def prepared(self, path):
        """The graph's file in the form that is run."""
        return path

    def __init__(self, work, folder, threads):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3
        self.work, self.compiled = work, {}
        for name, graph in work.graphs.items():
            session = onnxruntime.InferenceSession(
                str(self.prepared(folder / f"{name}.onnx")), options, providers=["CPUExecutionProvider"])
            inputs = [entry.name for entry in session.get_inputs()]
            order = [list(graph.inputs).index(entry) for entry in inputs]
            self.compiled[name] = (
                lambda *arrays, s=session, i=inputs, o=order: s.run(None, {n: arrays[k] for n, k in zip(i, o)}))


class ONNXRuntimeBytes(ONNXRuntime):
    """Its dynamic quantisation: weights for each output, activations while it runs."""

    name = "ONNX Runtime int8"

    def prepared(self, path):
        from onnxruntime.quantization import QuantType, quantize_dynamic

        target = path.with_suffix(".int8.onnx")
        quantize_dynamic(
            path, target, op_types_to_quantize=["MatMul", "Gemm"], per_channel=True, weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True})
        return target


class OpenVINO(Torch):
    name = "OpenVINO"
    properties = {"INFERENCE_PRECISION_HINT": "f32"}

    def prepared(self, core, path):
        """The graph in the form that is compiled."""
        return str(path)

    def __init__(self, work, folder, threads):
        import openvino

        core = openvino.Core()
        properties = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", **self.properties}
        self.work, self.compiled = work, {}
        for name, graph in work.graphs.items():
            model = core.compile_model(self.prepared(core, folder / f"{name}.onnx"), "CPU", properties)
            # A port can have further names, from inside the graph.
            inputs = [next(entry for entry in graph.inputs if entry in port.get_names()) for port in model.inputs]
            order = [list(graph.inputs).index(entry) for entry in inputs]
            request = model.create_infer_request()
            outputs = list(model.outputs)

            def call(*arrays, r=request, o=order, ports=outputs):
                result = r.infer([np.ascontiguousarray(arrays[k]) for k in o])
                return [np.array(result[port]) for port in ports]
            self.compiled[name] = call


class OpenVINOBytes(OpenVINO):
    """Its dynamic quantisation: weights compressed to bytes for each output, activations in groups while it runs."""

    name = "OpenVINO int8"
    properties = {"INFERENCE_PRECISION_HINT": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": "128"}

    def prepared(self, core, path):
        import nncf

        return nncf.compress_weights(core.read_model(str(path)), mode=nncf.CompressWeightsMode.INT8_SYM)


class TorchBFloat16(Torch):
    """The same modules with all weights and activations in bfloat16."""

    name = "PyTorch bf16"

    @staticmethod
    def _callable(graph):
        module = copy.deepcopy(graph.module).to(torch.bfloat16)

        def narrow(array):
            tensor = torch.from_numpy(np.ascontiguousarray(array))
            return tensor.to(torch.bfloat16) if tensor.is_floating_point() else tensor

        def call(*arrays):
            with torch.inference_mode():
                result = module(*[narrow(array) for array in arrays])
            return [part.float().numpy() for part in (result if isinstance(result, tuple) else (result,))]
        return call


class OpenVINOBFloat16(OpenVINO):
    """With its hint to compute in bfloat16 where the processor can."""

    name = "OpenVINO bf16"
    properties = {"INFERENCE_PRECISION_HINT": "bf16"}


class Inputs:
    """What an engine asks of a graph that is a file already: the names of its inputs, in order."""

    def __init__(self, inputs):
        self.inputs = inputs


class Loaded:
    """What an engine asks of a work whose graphs are files already."""

    def __init__(self, graphs):
        self.graphs = graphs


class Runner:
    """The process that runs our models; see Benchmarks/ModelRunner."""

    def __init__(self, binary):
        self.process = subprocess.Popen([str(binary)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, operation, **details):
        self.process.stdin.write(json.dumps({"operation": operation, **details}) + "\n")
        self.process.stdin.flush()
        reply = json.loads(self.process.stdout.readline())
        if reply.get("error"):
            raise RuntimeError(f"ModelRunner: {reply['error']}")
        return reply

    def peak(self, seconds=0.4):
        return self.ask("peak", seconds=seconds)["gigaflops"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Vitrine:
    name = "Vitrine"

    def __init__(self, work, folder, runner, threads, precision="full"):
        self.runner, self.folder = runner, Path(folder)
        self.process = str(runner.process.pid)
        weights, inputs = self.folder / "weights.safetensors", self.folder / "inputs.safetensors"
        save_file({name: np.array(value.numpy(), order="C") for name, value in work.state.items()}, weights)
        save_file({name: np.array(value, order="C") for name, value in work.inputs.items()}, inputs)
        runner.ask("threads", count=threads)
        runner.ask("load", work=work.kind, weights=str(weights), input=str(inputs), precision=precision)

    def run(self):
        return self.runner.ask("run")["seconds"], None

    def outputs(self):
        path = self.folder / "outputs.safetensors"
        self.runner.ask("save", output=str(path))
        return load_file(path)

    def close(self):
        pass


def scratch():
    return tempfile.TemporaryDirectory(prefix="vitrine-compare-")
