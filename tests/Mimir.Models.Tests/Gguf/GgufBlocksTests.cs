using System.Globalization;
using Mimir.Models.Gguf;
using Mimir.Models.Tests.TestModels;

namespace Mimir.Models.Tests.Gguf;

/// <summary>
/// Source of the vectors: ggml's own quantize_row_*_ref and dequantize_row_* (src/ggml-quants.c of ggml at d99724f2), compiled with gcc -O1 -ffp-contract=off and run on
/// 256 numbers of SplitMix64; a line each of the block's bytes and of the singles that ggml reads from it, in hexadecimal.
/// </summary>
public sealed class GgufBlocksTests
{
    private static readonly Dictionary<string, string> Vectors = Read();

    [Theory]
    [InlineData("Q8_0", 8)]
    [InlineData("Q4_0", 2)]
    [InlineData("Q4_K", 12)]
    [InlineData("Q6_K", 14)]
    public void Blocks_of_ggml_give_its_singles_to_the_last_bit(string type, uint number)
    {
        var expected = Vectors[$"{type} values"].Chunk(8).Select(h => BitConverter.UInt32BitsToSingle(uint.Parse(h, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))).ToArray();
        var block = Convert.FromHexString(Vectors[$"{type} block"]);
        using var directory = new TemporaryDirectory();
        // Twice, so that a second block is found where it begins.
        var path = directory.Write("a.gguf", new GgufWriter().Tensor("t", [2, expected.Length], number, [.. block, .. block]).ToBytes());
        using var file = GgufFile.Open(path);
        var read = new float[2 * expected.Length];
        file.Read(file.Tensors["t"], 0, 0, read);
        Assert.Equal([.. expected, .. expected], read);
        var second = new float[expected.Length];
        file.Read(file.Tensors["t"], 1, 0, second);
        Assert.Equal(expected, second);
    }

    private static Dictionary<string, string> Read()
    {
        using var reader = new StreamReader(typeof(GgufBlocksTests).Assembly.GetManifestResourceStream("ggml-blocks.txt")!);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).ToDictionary(l => l[..l.LastIndexOf(' ')], l => l[(l.LastIndexOf(' ') + 1)..]);
    }
}
