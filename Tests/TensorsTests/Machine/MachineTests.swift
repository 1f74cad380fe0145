import KernelInterface
import Testing

@testable import Tensors

@Suite struct MachineTests {
    private let level3 = "fpu avx avx2 bmi1 bmi2 f16c fma abm movbe xsave"

    private func features(_ flags: String) -> CPUFeatures {
        CPUFeatures(cpuInfo: "processor\t: 0\nmodel name\t: A  Processor\nflags\t\t: \(flags)\n\nprocessor\t: 1\n")
    }

    @Test("the instruction sets are those whose every flag is listed")
    func flags() {
        #expect(features("fpu sse2").instructionSets == [.baseline])
        #expect(features(level3).instructionSets == [.baseline, .avx2])
        #expect(features(level3 + " avx512f avx512dq").instructionSets == [.baseline, .avx2])
        #expect(
            features(level3 + " avx512f avx512bw avx512cd avx512dq avx512vl").instructionSets == [
                .baseline, .avx2, .avx512,
            ])
        #expect(features("").name == "A Processor")
        #expect(CPUFeatures(cpuInfo: "").instructionSets == [.baseline])
    }

    @Test("bytes are multiplied in fours where the processor says so, for each width of vectors by itself")
    func bytesInFours() {
        #expect(features(level3).multipliesBytesInFours == [])
        #expect(features(level3 + " avx_vnni").multipliesBytesInFours == [.avx2])
        #expect(features(level3 + " avx512_vnni").multipliesBytesInFours == [.avx512])
        for set in CPUFeatures.current.instructionSets {
            #expect(ByteKernels.named(set, inFours: false)?.groupDepth == 2)
            #expect(
                ByteKernels.named(set, inFours: true)?.groupDepth
                    == (CPUFeatures.current.multipliesBytesInFours.contains(set) ? 4 : nil))
        }
    }

    @Test("bfloat16 numbers are multiplied by the processor where it says so, elsewhere widened")
    func bfloat16() {
        #expect(features(level3).multipliesBFloat16 == [])
        #expect(features(level3 + " avx512_bf16").multipliesBFloat16 == [.avx512])
        for set in CPUFeatures.current.instructionSets {
            #expect(BFloat16Kernels.named(set, inPairs: false)?.numberBytes == 4)
            #expect(
                BFloat16Kernels.named(set, inPairs: true)?.numberBytes
                    == (CPUFeatures.current.multipliesBFloat16.contains(set) ? 2 : nil))
        }
    }

    @Test("VITRINE_KERNELS chooses among what the processor can run, and anything else is named and ignored")
    func kernelChoice() {
        let current = CPUFeatures.current
        #expect(Kernels.choose(current, wanted: "baseline").instructionSet == .baseline)
        #expect(Kernels.choose(current, wanted: nil).instructionSet == current.instructionSets.last)
        let mistaken = Kernels.choose(current, wanted: "sse9")
        #expect(mistaken.instructionSet == current.instructionSets.last && mistaken.reason.contains("sse9"))
        let impossible = Kernels.choose(features("fpu"), wanted: nil)
        #expect(impossible.instructionSet == .baseline)
    }

    @Test("the core asked of OpenBLAS follows the instruction sets")
    func core() {
        #expect(OpenBLAS.wantedCore(features("fpu")) == nil)
        #expect(OpenBLAS.wantedCore(features(level3)) == "Haswell")
        #expect(OpenBLAS.wantedCore(CPUFeatures.current) != "Prescott")
    }

    @Test("the report names a missing library and slow cores, and what to do")
    func advice() {
        let fast = features(level3 + " avx512f avx512bw avx512cd avx512dq avx512vl")
        func advice(_ core: String?, _ absence: String? = nil, _ kernels: CPUFeatures.InstructionSet = .avx512)
            -> [String]
        {
            MachineReport.advice(features: fast, kernels: kernels, core: core, absence: absence)
        }
        #expect(advice("SkylakeX").isEmpty)
        #expect(advice("Prescott").first?.contains("OPENBLAS_CORETYPE=SkylakeX") == true)
        #expect(advice("Haswell").first?.contains("AVX-512") == true)
        #expect(advice(nil, "nowhere").first?.contains("apt-get install") == true)
        #expect(advice("SkylakeX", nil, .avx2).first?.contains("VITRINE_KERNELS") == true)
    }

    @Test("the report of this machine is complete")
    func report() {
        let report = MachineReport()
        #expect(!report.cpuName.isEmpty && report.instructionSets.first == "baseline")
        #expect(report.threads >= 1 && !report.threadsReason.isEmpty)
        #expect((report.blas == nil) != (report.blasAbsence == nil))
        if let blas = report.blas {
            #expect(blas.threads == 1 && blas.file.contains("blas"))
            #expect(blas.core != "Prescott" || report.instructionSets == ["baseline"])
        }
        let speed = report.measureGigaflops(seconds: 0.05)
        #expect(speed.productGigaflops > 0 && speed.peakGigaflops > 0)
        #expect(speed.bfloat16ProductGigaflops > 0 && speed.byteProductGigaflops > 0)
        let multiplies = CPUFeatures.current.multipliesBFloat16.contains(Kernels.choice.instructionSet)
        #expect(report.bfloat16Products == "\(report.kernels)\(multiplies ? " BF16" : ", widened")")
    }
}
