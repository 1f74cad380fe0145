#if arch(x86_64)
    import KernelsAVX512

    extension KernelTable {
        /// The kernels as `KernelsAVX512` compiles them.
        static let avx512 = KernelTable(
            instructionSet: .avx512,
            laneCount: KernelsAVX512.laneCount,
            tileRows: KernelsAVX512.tileRows,
            tileColumns: KernelsAVX512.tileColumns,
            combineRow: KernelsAVX512.combineRow,
            addScaledRow: KernelsAVX512.addScaledRow,
            clampRow: KernelsAVX512.clampRow,
            fillRow: KernelsAVX512.fillRow,
            sumRow: KernelsAVX512.sumRow,
            dotRow: KernelsAVX512.dotRow,
            squaredDeviationRow: KernelsAVX512.squaredDeviationRow,
            maximumRow: KernelsAVX512.maximumRow,
            maximumRows: KernelsAVX512.maximumRows,
            exponentialRow: KernelsAVX512.exponentialRow,
            exponentialDifferenceRow: KernelsAVX512.exponentialDifferenceRow,
            softmaxRow: KernelsAVX512.softmaxRow,
            geluRow: KernelsAVX512.geluRow,
            quickGELURow: KernelsAVX512.quickGELURow,
            reluRow: KernelsAVX512.reluRow,
            sigmoidRow: KernelsAVX512.sigmoidRow,
            squareRootRow: KernelsAVX512.squareRootRow,
            layerNormRow: KernelsAVX512.layerNormRow,
            layerNormPixels: KernelsAVX512.layerNormPixels,
            scaleRow: KernelsAVX512.scaleRow,
            addGridTermsRow: KernelsAVX512.addGridTermsRow,
            foldSoftmaxRow: KernelsAVX512.foldSoftmaxRow,
            widenFloat16Row: KernelsAVX512.widenFloat16Row,
            widenBFloat16Row: KernelsAVX512.widenBFloat16Row,
            widenBytesRow: KernelsAVX512.widenBytesRow,
            copyRows: KernelsAVX512.copyRows,
            gatherRow: KernelsAVX512.gatherRow,
            transposeRows: KernelsAVX512.transposeRows,
            unrollPlaneRow: KernelsAVX512.unrollPlaneRow,
            convolvePlaneRow: KernelsAVX512.convolvePlaneRow,
            addSpreadRow: KernelsAVX512.addSpreadRow,
            resampleRow: KernelsAVX512.resampleRow,
            blendRows: KernelsAVX512.blendRows,
            packLeftPanel: KernelsAVX512.packLeftPanel,
            packRightPanel: KernelsAVX512.packRightPanel,
            multiplyPanels: KernelsAVX512.multiplyPanels,
            multiplyRowsByPanels: KernelsAVX512.multiplyRowsByPanels)
    }
#endif
