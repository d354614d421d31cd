namespace Mimir.Models.Tests.TestModels;

/// <summary>A whole model directory, a few kilobytes: <see cref="LlamaTestModel"/> and a tokenizer of four tokens.</summary>
public static class TinyModel
{
    public const string Tokenizer = """
        {"version":"1.0","added_tokens":[],"normalizer":null,"pre_tokenizer":null,"post_processor":null,"decoder":{"type":"Fuse"},
         "model":{"type":"BPE","unk_token":"<unk>","vocab":{"<unk>":0,"a":1,"b":2,"ab":3},"merges":[["a","b"]]}}
        """;

    public static void Save(TemporaryDirectory directory, int seed = 1)
    {
        new LlamaTestModel(tied: false, attentionBias: false, mlpBias: false, seed).Save(directory);
        directory.Write("tokenizer.json", Tokenizer);
    }
}
