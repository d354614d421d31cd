using Mimir.Models.Gguf;
using Mimir.Models.Tests.TestModels;

namespace Mimir.Models.Tests.Gguf;

public sealed class GgufFileTests
{
    private static GgufWriter Small(uint version = 3) => new GgufWriter(version).Text("general.architecture", "llama").Number("n", 7).Single("f", 1e-5f).Flag("b", true)
        .Texts("t", ["x", "é"]).Integers("i", [-1, 2]).Singles("s", new float[] { 0.5f }).Singles("first", [3], [1, 2, 3]).Halves("second", [2, 2], [1, 2, 3, 4]);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Keys_and_tensors_come_back(uint version)
    {
        using var directory = new TemporaryDirectory();
        using var file = GgufFile.Open(directory.Write("a.gguf", Small(version).ToBytes()));
        var keys = file.Metadata;
        Assert.Equal("llama", keys.RequireText("general.architecture"));
        Assert.Equal(7, keys.RequireInteger("n", 0, 10));
        Assert.Equal(1e-5f, keys.RequireNumber("f"));
        Assert.True(keys.FindFlag("b"));
        Assert.Equal(["x", "é"], keys.FindTexts("t")!);
        Assert.Equal([-1L, 2], keys.FindIntegers("i")!);
        Assert.Equal([0.5f], keys.FindNumbers("s")!);
        Assert.Null(keys.FindText("absent"));
        Assert.Equal([2L, 2], file.Tensors["second"].Shape);
        var values = new float[4];
        file.Read(file.Tensors["second"], 0, 0, values);
        Assert.Equal([1f, 2, 3, 4], values);
    }

    [Fact]
    public void Alignment_moves_tensors()
    {
        using var directory = new TemporaryDirectory();
        using var file = GgufFile.Open(directory.Write("a.gguf", new GgufWriter().Alignment(64).Singles("a", [1], [5]).Singles("b", [1], [6]).ToBytes()));
        Assert.Equal(64, file.Tensors["b"].Begin - file.Tensors["a"].Begin);
        var value = new float[1];
        file.Read(file.Tensors["b"], 0, 0, value);
        Assert.Equal(6, value[0]);
    }

    [Fact]
    public void Every_cut_of_a_file_is_refused()
    {
        using var directory = new TemporaryDirectory();
        var bytes = Small().ToBytes();
        for (var length = 0; length < bytes.Length; length++)
        {
            var path = directory.Write("a.gguf", bytes[..length]);
            Assert.Throws<ModelFormatException>(() => GgufFile.Open(path).Dispose());
        }
    }

    public static TheoryData<string, byte[]> Wrong => new()
    {
        { "is not a GGUF file", new byte[64] },
        { "big-endian", [.. "GGUF"u8, 0, 0, 0, 3, .. new byte[32]] },
        { "version 1", Small(1).ToBytes() },
        { "version 4", Small(4).ToBytes() },
        { "occurs twice", new GgufWriter().Number("a", 1).Number("a", 1).ToBytes() },
        { "occurs twice", new GgufWriter().Singles("a", [1], [1]).Singles("a", [1], [1]).ToBytes() },
        { "unknown type 13", new GgufWriter().Key("a", [.. GgufWriter.U32(13), 0, 0, 0, 0, 0, 0, 0, 0]).ToBytes() },
        { "array of arrays", new GgufWriter().Key("a", [.. GgufWriter.U32(9), .. GgufWriter.U32(9), .. GgufWriter.U64(1)]).ToBytes() },
        { "says it has 1152921504606846976 items", new GgufWriter().Key("a", [.. GgufWriter.U32(9), .. GgufWriter.U32(4), .. GgufWriter.U64(1UL << 60)]).ToBytes() },
        { "is too large", new GgufWriter().Key("a", [.. GgufWriter.U32(8), .. GgufWriter.U64(ulong.MaxValue)]).ToBytes() },
        { "0 or 1", new GgufWriter().Key("a", [.. GgufWriter.U32(7), 2]).ToBytes() },
        { "not valid UTF-8", new GgufWriter().Key("a", [.. GgufWriter.U32(8), .. GgufWriter.U64(1), 0xFF]).ToBytes() },
        { "no power of two", new GgufWriter().Number("general.alignment", 24).ToBytes() },
        { "has type Q5_K", new GgufWriter().Tensor("a", [256], 13, new byte[176]).ToBytes() },
        { "has type 1000", new GgufWriter().Tensor("a", [1], 1000, new byte[4]).ToBytes() },
        { "needs a multiple of 32", new GgufWriter().Tensor("a", [2, 16], 8, new byte[34]).ToBytes() },
        { "has no elements", new GgufWriter().Tensor("a", [0], 0, []).ToBytes() },
        { "dimensions", new GgufWriter().Tensor("a", [1, 1, 1, 1, 1], 0, new byte[4]).ToBytes() },
        { "too large", new GgufWriter().Tensor("a", [1L << 40, 1L << 40], 0, new byte[4]).ToBytes() },
        { "are left", new GgufWriter().Tensor("a", [1000], 0, new byte[4]).ToBytes() },
        { "was expected", new GgufWriter().Tensor("a", [100], 0, new byte[4]).Singles("b", [200], new double[200]).ToBytes() },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_breaks_the_format_is_refused_by_name(string expected, byte[] bytes)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Write("a.gguf", bytes);
        var e = Assert.Throws<ModelFormatException>(() => GgufFile.Open(path).Dispose());
        Assert.StartsWith(path, e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_that_is_none_and_reading_outside_are_refused()
    {
        using var directory = new TemporaryDirectory();
        using var file = GgufFile.Open(directory.Write("a.gguf", new GgufWriter().Singles("a", [2], [1, double.NaN]).Tensor("q", [64], 8, new byte[68]).ToBytes()));
        Assert.Contains("element 1 is not a finite number", Assert.Throws<ModelFormatException>(() => file.Read(file.Tensors["a"], 0, 0, new float[2])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(file.Tensors["a"], 0, 1, new float[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(file.Tensors["q"], 0, 16, new float[32]));
        Assert.Contains("file not found", Assert.Throws<ModelFormatException>(() => GgufFile.Open("/nowhere/a.gguf")).Message, StringComparison.Ordinal);
    }
}
