// CLIPTests
