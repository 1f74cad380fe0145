// The first kernel lands here.
