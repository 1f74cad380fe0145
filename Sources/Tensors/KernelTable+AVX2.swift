#if arch(x86_64)
    import KernelsAVX2

    extension KernelTable {
        /// The kernels as `KernelsAVX2` compiles them.
        static let avx2 = KernelTable(
            instructionSet: .avx2,
            laneCount: KernelsAVX2.laneCount,
            tileRows: KernelsAVX2.tileRows,
            tileColumns: KernelsAVX2.tileColumns,
            combineRow: KernelsAVX2.combineRow,
            addScaledRow: KernelsAVX2.addScaledRow,
            clampRow: KernelsAVX2.clampRow,
            fillRow: KernelsAVX2.fillRow,
            sumRow: KernelsAVX2.sumRow,
            dotRow: KernelsAVX2.dotRow,
            squaredDeviationRow: KernelsAVX2.squaredDeviationRow,
            maximumRow: KernelsAVX2.maximumRow,
            maximumRows: KernelsAVX2.maximumRows,
            exponentialRow: KernelsAVX2.exponentialRow,
            exponentialDifferenceRow: KernelsAVX2.exponentialDifferenceRow,
            softmaxRow: KernelsAVX2.softmaxRow,
            geluRow: KernelsAVX2.geluRow,
            quickGELURow: KernelsAVX2.quickGELURow,
            reluRow: KernelsAVX2.reluRow,
            sigmoidRow: KernelsAVX2.sigmoidRow,
            squareRootRow: KernelsAVX2.squareRootRow,
            layerNormRow: KernelsAVX2.layerNormRow,
            layerNormPixels: KernelsAVX2.layerNormPixels,
            scaleRow: KernelsAVX2.scaleRow,
            addGridTermsRow: KernelsAVX2.addGridTermsRow,
            foldSoftmaxRow: KernelsAVX2.foldSoftmaxRow,
            widenFloat16Row: KernelsAVX2.widenFloat16Row,
            widenBFloat16Row: KernelsAVX2.widenBFloat16Row,
            widenBytesRow: KernelsAVX2.widenBytesRow,
            copyRows: KernelsAVX2.copyRows,
            gatherRow: KernelsAVX2.gatherRow,
            transposeRows: KernelsAVX2.transposeRows,
            unrollPlaneRow: KernelsAVX2.unrollPlaneRow,
            convolvePlaneRow: KernelsAVX2.convolvePlaneRow,
            addSpreadRow: KernelsAVX2.addSpreadRow,
            resampleRow: KernelsAVX2.resampleRow,
            blendRows: KernelsAVX2.blendRows,
            packLeftPanel: KernelsAVX2.packLeftPanel,
            packRightPanel: KernelsAVX2.packRightPanel,
            multiplyPanels: KernelsAVX2.multiplyPanels,
            multiplyRowsByPanels: KernelsAVX2.multiplyRowsByPanels)
    }
#endif
