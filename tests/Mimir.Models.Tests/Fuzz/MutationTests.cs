using System.Text;
using Mimir.Models.Files;
using Mimir.Models.Tests.TestModels;
using Mimir.Models.Tokenizers;

namespace Mimir.Models.Tests.Fuzz;

/// <summary>Damaged files are refused with a <see cref="ModelFormatException"/> or, when the damage changed nothing vital, they work.</summary>
public class MutationTests
{
    private static readonly string[] Splices =
        ["null", "-1", "1e999", "[]", "{}", "\"\"", "true", "99999999999", "2147483647", "\\ud800", "\u2581", "<0x", "[[[[[[[[", ",", ":", "\"", "}", "0", "(a+)+$", "\n"];

    [Fact]
    public void Safetensors()
    {
        var model = new LlamaTestModel(tied: false, attentionBias: true, mlpBias: false, seed: 1);
        using var directory = new TemporaryDirectory();
        model.Save(directory);
        var path = Path.Combine(directory.Path, "model.safetensors");
        var (config, valid) = (ModelDirectory.OpenConfig(directory.Path), File.ReadAllBytes(path));
        var headerLength = 8 + (int)BitConverter.ToInt64(valid);
        // Mostly the header: that is where parsing happens.
        Run(valid, seed: 1, iterations: 1500, mutated: headerLength, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            using var folded = new Mimir.Models.Folding.FoldedModel(config, WeightFiles.Open(directory.Path));
            foreach (var matrix in folded.Layout.Matrices) folded.Read(matrix, new double[matrix.Rows * matrix.Width]);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Config(bool llama)
    {
        var valid = Encoding.UTF8.GetBytes(llama
            ? new LlamaTestModel(true, false, false, 1).Config
            : new Gpt2TestModel(true, "", "gelu", 1).Config);
        Run(valid, seed: 2, iterations: 4000, mutated: valid.Length, bytes =>
        {
            var config = ModelConfig.Parse(JsonFile.Parse(bytes, "config.json"));
            var layout = Mimir.Models.Folding.ModelFolding.LayoutOf(config);
            Mimir.Models.Transformers.ModelLayoutCodec.Write(layout);
        });
    }

    [Fact]
    public void ConfigOfOtherArchitectures()
    {
        foreach (var name in GoldenModel.Names)
        {
            var valid = GoldenModel.ConfigOf(name);
            Run(valid, seed: 6, iterations: 600, mutated: valid.Length, bytes =>
                Mimir.Models.Transformers.ModelLayoutCodec.Write(Mimir.Models.Folding.ModelFolding.LayoutOf(ModelConfig.Parse(JsonFile.Parse(bytes, "config.json")))));
        }
    }

    [Theory]
    [InlineData("Gpt2")]
    [InlineData("Llama3")]
    [InlineData("Metaspace")]
    public void TokenizerJson(string fixture)
    {
        var valid = Encoding.UTF8.GetBytes(fixture switch
        {
            "Gpt2" => TokenizerFixtures.Gpt2(),
            "Llama3" => TokenizerFixtures.Llama3(),
            _ => TokenizerFixtures.Metaspace(),
        });
        using var directory = new TemporaryDirectory();
        Run(valid, seed: 3, iterations: 700, mutated: valid.Length, bytes =>
        {
            directory.Write("tokenizer.json", bytes);
            Use(TokenizerFiles.Open(directory.Path));
        });
    }

    [Fact]
    public void TokenizerModel()
    {
        var valid = File.ReadAllBytes(Path.Combine(SharedData.Stories260K(), "tokenizer.model"));
        using var directory = new TemporaryDirectory();
        Run(valid, seed: 4, iterations: 700, mutated: valid.Length, bytes =>
        {
            directory.Write("tokenizer.model", bytes);
            Use(TokenizerFiles.Open(directory.Path));
        });
    }

    [Fact]
    public void ShardIndex()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("m-1.safetensors", new SafetensorsWriter().AddSingle("a", [1], [1]).ToBytes());
        directory.Write("m-2.safetensors", new SafetensorsWriter().AddSingle("b", [1], [1]).ToBytes());
        var valid = """{"metadata":{"total_size":8},"weight_map":{"a":"m-1.safetensors","b":"m-2.safetensors"}}"""u8.ToArray();
        Run(valid, seed: 5, iterations: 1500, mutated: valid.Length, bytes =>
        {
            directory.Write("model.safetensors.index.json", bytes);
            WeightFiles.Open(directory.Path).Dispose();
        });
    }

    private static void Use(ITokenizer tokenizer)
    {
        var ids = tokenizer.Encode("Hello the caf\u00e9 \U0001F600 123\n\n it's");
        Assert.All(ids, id => Assert.InRange(id, 0, tokenizer.Count - 1));
        tokenizer.Decode(ids);
    }

    private static void Run(byte[] valid, int seed, int iterations, int mutated, Action<byte[]> read)
    {
        read(valid);
        var (random, refused) = (new Random(seed), 0);
        for (var i = 0; i < iterations; i++)
        {
            var bytes = Mutate(valid, mutated, random);
            try
            {
                read(bytes);
            }
            catch (ModelFormatException e)
            {
                refused++;
                Assert.DoesNotContain('\n', e.Message);
            }
        }
        Assert.InRange(refused, iterations / 10, iterations);
    }

    private static byte[] Mutate(byte[] valid, int mutated, Random random)
    {
        var bytes = valid.ToList();
        if (random.Next(8) == 0) return [.. bytes[..random.Next(bytes.Count)]];
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            var position = random.Next(Math.Min(mutated, bytes.Count));
            switch (random.Next(5))
            {
                case 0: bytes[position] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[position] = (byte)random.Next(256); break;
                case 2: bytes.RemoveRange(position, Math.Min(random.Next(1, 30), bytes.Count - position)); break;
                case 3: bytes.InsertRange(position, Encoding.UTF8.GetBytes(Splices[random.Next(Splices.Length)])); break;
                default:
                    // A token of the JSON replaced by another kind of value.
                    var end = position;
                    while (end < bytes.Count && !",:{}[]".Contains((char)bytes[end])) end++;
                    bytes.RemoveRange(position, end - position);
                    bytes.InsertRange(position, Encoding.UTF8.GetBytes(Splices[random.Next(Splices.Length)]));
                    break;
            }
            if (bytes.Count == 0) break;
        }
        return [.. bytes];
    }
}
