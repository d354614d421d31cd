using System.Text.Json;
using Mimir.Models.Files;

namespace Mimir.Models.Store.Hub;

/// <summary>A file of a model at the endpoint.</summary>
/// <param name="Name">A plain name.</param>
/// <param name="Bytes">Length.</param>
/// <param name="Sha256">Checksum of the content of a large file (LFS), or null.</param>
/// <param name="BlobSha1">Of a small file: SHA-1 of "blob LENGTH\0" and the content, as git names it; null for a large one.</param>
public sealed record HubFile(string Name, long Bytes, string? Sha256, string? BlobSha1);

/// <summary>A model at one commit: what /api/models/ORG/NAME/revision/REV?blobs=true says, reduced to the files that Mimir needs.</summary>
/// <param name="Name">The model.</param>
/// <param name="Commit">40 hexadecimal digits: everything is fetched from this commit, whatever a branch says meanwhile.</param>
/// <param name="Files">By name.</param>
public sealed record HubRevision(ModelName Name, string Commit, IReadOnlyList<HubFile> Files)
{
    private const long LargestFile = 1L << 40;

    /// <summary>Reads the endpoint's answer.</summary>
    /// <exception cref="HubException">Not such an answer, a path that leaves the model, or no weights that Mimir reads.</exception>
    public static HubRevision Parse(ModelName name, ReadOnlyMemory<byte> answer, string source)
    {
        try
        {
            return Read(name, JsonFile.Parse(answer, source));
        }
        catch (ModelFormatException e)
        {
            throw new HubException(HubRefusal.Untrustworthy, e.Message, e);
        }
    }

    private static HubRevision Read(ModelName name, JsonFields json)
    {
        var commit = json.Text("sha");
        if (!IsHex(commit, 40)) throw json.Error("sha", json.Require("sha"), "a commit of 40 hexadecimal digits");
        var siblings = new Dictionary<string, JsonFields>(StringComparer.Ordinal);
        foreach (var element in json.Array("siblings"))
        {
            if (element.ValueKind != JsonValueKind.Object) throw json.Error("siblings", element, "objects");
            var fields = new JsonFields(element, $"{json.Source}: siblings");
            var file = fields.Text("rfilename") ?? throw fields.Error("key 'rfilename' is missing");
            if (!IsInside(file)) throw new HubException(HubRefusal.Untrustworthy, $"{name}: the file '{Printable.OneLine(file, 80)}' would lie outside the model; nothing was fetched");
            if (!siblings.TryAdd(file, fields)) throw fields.Error("rfilename", fields.Require("rfilename"), "every file once");
        }
        var needed = ModelFile.Needed(siblings.Keys);
        if (!needed.Contains("config.json")) throw new HubException(HubRefusal.NotFound, $"{name} has no config.json; it is no model that Mimir runs");
        if (!needed.Any(ModelFile.IsWeights)) throw new HubException(HubRefusal.NotFound, $"{name} has no weights in safetensors; pickled weights are never read{Hint(siblings.Keys)}");
        return new HubRevision(name, commit!, [.. needed.Select(n => File(n, siblings[n]))]);
    }

    private static HubFile File(string name, JsonFields json)
    {
        var large = json.Object("lfs");
        var size = (large ?? json).Find("size") ?? throw json.Error($"'{name}' has no size; the endpoint does not answer ?blobs=true, and nothing is fetched unchecked");
        if (size.ValueKind != JsonValueKind.Number || !size.TryGetInt64(out var bytes) || bytes is < 0 or > LargestFile) throw json.Error("size", size, "the length of a file");
        var (sha256, sha1) = (large?.Text("sha256") ?? large?.Text("oid"), large is null ? json.Text("blobId") : null);
        if (sha256 is null ? !IsHex(sha1, 40) : !IsHex(sha256, 64)) throw json.Error($"'{name}' has no checksum; nothing is fetched unchecked");
        return new HubFile(name, bytes, sha256, sha1);
    }

    private static string Hint(IEnumerable<string> names) =>
        names.FirstOrDefault(n => n.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)) is { } gguf ? $"; fetch '{Printable.OneLine(gguf, 80)}' yourself and use 'mimir model import'" : "";

    private static bool IsInside(string path) => path.Length is > 0 and <= 1024 && !path.AsSpan().ContainsAny("\\:\0") && path.Split('/').All(part => part is not ("" or "." or ".."));

    private static bool IsHex(string? text, int length) => text?.Length == length && text.All(char.IsAsciiHexDigitLower);
}
