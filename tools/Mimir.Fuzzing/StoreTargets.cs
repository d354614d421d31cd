using System.Text;
using Mimir.Models;
using Mimir.Models.Files;
using Mimir.Models.Gguf;
using Mimir.Models.Gguf.Conversion;
using Mimir.Models.Store;
using Mimir.Models.Store.Hub;
using Mimir.Models.Tests.Gguf;
using Mimir.Models.Tests.TestModels;

namespace Mimir.Fuzzing;

/// <summary>Parsers of what the model store takes in: GGUF files, an endpoint's answers, its own manifests.</summary>
internal static class StoreTargets
{
    private static readonly ModelName Name = ModelName.Parse("org/tiny");

    /// <summary>All targets; their seeds are made here.</summary>
    public static IReadOnlyList<FuzzTarget> All() =>
    [
        new("gguf", [.. Seeds().Select(w => w.ToBytes())], Gguf),
        new("hub", [Utf8($$"""
            {"sha":"{{new string('0', 40)}}","siblings":[{"rfilename":"config.json","size":1,"blobId":"{{new string('1', 40)}}"},
             {"rfilename":"model.safetensors","size":9,"lfs":{"sha256":"{{new string('2', 64)}}","size":9} },{"rfilename":"a/b.bin"}]}
            """)], b => Attempt.Read(() => Hub(b), e => e is HubException)),
        new("manifest", [Utf8("""
            {"name":"org/tiny","source":"x","revision":"0","architecture":"Llama","parameters":1,"files":[{"name":"config.json","bytes":2,"sha256":"00"}]}
            """)], b => Attempt.Read(() => Manifest(b), e => e is ModelFormatException)),
    ];

    private static IEnumerable<GgufWriter> Seeds()
    {
        yield return Architectures.Llama().Tensor("blk.0.attn_q.weight", [8, 32], 8, new byte[8 * 34]).Halves("blk.0.attn_k.weight", [8, 8], new double[64]).Singles("output_norm.weight", [8], new double[8]);
        yield return Architectures.Llama("gpt2").Text("tokenizer.ggml.pre", "llama-bpe").Texts("tokenizer.ggml.merges", ["a a"]).Singles("rope_freqs.weight", [2], [1, 1]);
        yield return Architectures.Qwen("qwen3").Tensor("blk.0.ffn_up.weight", [1, 256], 12, new byte[144]).Tensor("blk.0.ffn_down.weight", [1, 256], 14, new byte[210]);
        yield return Architectures.Gemma2().Singles("blk.0.post_ffw_norm.weight", [8], new double[8]);
        yield return Architectures.Gemma3().Tensor("blk.0.attn_v.weight", [1, 32], 2, new byte[18]);
        yield return Architectures.Phi3();
        yield return Architectures.Gpt2().Singles("blk.0.attn_qkv.weight", [24, 8], new double[192]).Singles("output.weight", [4, 8], new double[32]);
        yield return Architectures.NeoX().Singles("blk.0.attn_qkv.weight", [24, 8], new double[192]).Singles("blk.0.attn_qkv.bias", [24], new double[24]);
    }

    private static Outcome Gguf(byte[] bytes)
    {
        GgufFile? file = null;
        var opened = Read(() =>
        {
            file = GgufFile.Open("a.gguf", _ => new MemoryWeights(bytes));
            return "opened";
        });
        if (file is null) return opened;
        using (file)
        {
            GgufConversion? conversion = null;
            var planned = Read(() => (conversion = new GgufConversion(file)).Architecture);
            if (conversion is null) return planned;
            return Attempt.All(
                planned,
                Read(() => $"{ModelConfig.Parse(JsonFile.Parse(conversion.ConfigBytes(), "config.json")).Family}"),
                Read(() => Tokenizer(conversion)),
                Read(() =>
                {
                    conversion.WriteWeights(Stream.Null, _ => { }, CancellationToken.None);
                    return "weights";
                }));
        }
    }

    private static string Tokenizer(GgufConversion conversion)
    {
        conversion.WriteTokenizer(Stream.Null);
        conversion.WriteTokenizerConfig(Stream.Null);
        return "tokenizer";
    }

    private static string Hub(byte[] bytes)
    {
        var revision = HubRevision.Parse(Name, bytes, "answer");
        if (revision.Files.Any(f => Path.GetFileName(f.Name) != f.Name)) throw new InvalidOperationException("A file would lie outside the model.");
        return $"{revision.Files.Count}";
    }

    private static string Manifest(byte[] bytes)
    {
        var manifest = ModelManifest.Find(Path.GetDirectoryName(Scratch.Write($"manifest/{ModelManifest.FileName}", bytes))!)!;
        if (manifest.Files.Any(f => Path.GetFileName(f.Name) != f.Name)) throw new InvalidOperationException("A file would lie outside the model.");
        return $"{manifest.Files.Count} {manifest.Sha256.Length}";
    }

    private static Outcome Read(Func<string> read) => Attempt.Read(read, e => e is ModelFormatException);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
