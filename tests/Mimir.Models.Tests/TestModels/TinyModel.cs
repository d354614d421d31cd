namespace Mimir.Models.Tests.TestModels;

/// <summary>A whole model directory, a few kilobytes: <see cref="LlamaTestModel"/> and a tokenizer of its 17 tokens.</summary>
public static class TinyModel
{
    public const string Tokenizer = """
        {"version":"1.0","added_tokens":[],"normalizer":null,"pre_tokenizer":null,"post_processor":null,"decoder":{"type":"Fuse"},
         "model":{"type":"BPE","unk_token":"<unk>","vocab":{"<unk>":0,"a":1,"b":2,"ab":3,"c":4,"d":5,"e":6,"f":7,"g":8,"h":9,"i":10,"j":11,"k":12,"l":13,"m":14,"n":15,"o":16},"merges":[["a","b"]]}}
        """;

    public static void Save(TemporaryDirectory directory, int seed = 1)
    {
        new LlamaTestModel(tied: false, attentionBias: false, mlpBias: false, seed).Save(directory);
        directory.Write("tokenizer.json", Tokenizer);
    }
}
