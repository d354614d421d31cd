using Mimir.Models.Files;
using Mimir.Models.Tokenizers.Normalization;
using Mimir.Models.Tokenizers.Splitting;

namespace Mimir.Models.Tokenizers;

/// <summary>The parts of a tokenizer.json, read and checked.</summary>
internal sealed class TokenizerJson
{
    private const int MaxAdded = 1 << 20, MaxContent = 1000;

    /// <exception cref="ModelFormatException">Missing, damaged, or with a part that Mimir does not reproduce exactly; names it.</exception>
    public TokenizerJson(string path)
    {
        Path = path;
        var json = JsonFile.Read(path, limit: 100_000_000);
        Model = ReadModel(json.Object("model") ?? throw json.Error("key 'model' is missing"));
        Normalize = TextNormalizer.Read(json.Object("normalizer"));
        Words = new PreTokenizer(json.Object("pre_tokenizer"));
        Bytes = new TokenBytes(json.Object("decoder") ?? throw json.Error("key 'decoder' is missing"));
        Added = ReadAdded(json);
        (Prefix, Suffix) = TokenTemplate.Read(json.Object("post_processor"));
        foreach (var id in Prefix.Concat(Suffix))
            if (!Model.Ids.Values.Contains(id) && Added.All(a => a.Id != id))
                throw json.Error($"its post_processor writes the token {id}, which does not exist; download the file again");
        if (!Model.CoversEverything(Words.IsByteLevel))
            throw json.Error("its vocabulary has neither all 256 bytes nor an unk_token, so some text could not be encoded; download the file again");
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>From words to tokens.</summary>
    public ISubwordModel Model { get; }

    /// <summary>Applied to each piece between added tokens; null changes nothing.</summary>
    public Func<string, string>? Normalize { get; }

    /// <summary>Cuts a normalised piece into words.</summary>
    public PreTokenizer Words { get; }

    /// <summary>How tokens are spelt.</summary>
    public TokenBytes Bytes { get; }

    /// <summary>Tokens cut out of the text first.</summary>
    public IReadOnlyList<AddedToken> Added { get; }

    /// <summary>Ids before every text.</summary>
    public IReadOnlyList<int> Prefix { get; }

    /// <summary>Ids after every text.</summary>
    public IReadOnlyList<int> Suffix { get; }

    // Old files have no type; of the two, only BPE has merges.
    private static ISubwordModel ReadModel(JsonFields model) => (model.Text("type") ?? (model.Find("merges") is null ? "" : "BPE")) switch
    {
        "BPE" => new BytePairVocabulary(model),
        "Unigram" => UnigramVocabulary.Read(model),
        _ => throw model.Error("type", model.Require("type"), "BPE or Unigram"),
    };

    private List<AddedToken> ReadAdded(JsonFields json)
    {
        var added = new List<AddedToken>();
        var ids = new Dictionary<int, string>();
        foreach (var (token, id) in Model.Ids) ids[id] = token;
        foreach (var element in json.Array("added_tokens"))
        {
            var fields = new JsonFields(JsonStep.Object(json, element).Json, $"{json.Source}: added_tokens");
            var (id, content) = (fields.Integer("id", 0, TokenTable.MaxCount - 1), fields.Text("content"));
            if (string.IsNullOrEmpty(content)) throw fields.Error("a token without content");
            if (content.Length > MaxContent) throw fields.Error($"a token of more than {MaxContent} characters");
            if (added.Count >= MaxAdded) throw json.Error($"more than {MaxAdded} added tokens");
            if (!ids.TryAdd(id, content) && ids[id] != content)
                throw fields.Error($"token '{Printable.OneLine(content, 40)}' has the id {id} of '{Printable.OneLine(ids[id], 40)}'");
            var special = fields.Flag("special", false);
            added.Add(new AddedToken(id, content, fields.Flag("lstrip", false), fields.Flag("rstrip", false), fields.Flag("single_word", false), fields.Flag("normalized", !special), special));
        }
        return added;
    }
}
