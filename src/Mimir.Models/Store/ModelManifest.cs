using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mimir.Models.Files;

namespace Mimir.Models.Store;

/// <summary>What the store knows of a model: mimir-manifest.json in its directory.</summary>
/// <param name="Name">In the store.</param>
/// <param name="Source">Where it came from, for people.</param>
/// <param name="Revision">The commit, or null.</param>
/// <param name="Architecture">As in config.json.</param>
/// <param name="Parameters">Weights of the folded model.</param>
/// <param name="Files">All files but this one, by name.</param>
public sealed record ModelManifest(string Name, string Source, string? Revision, string Architecture, long Parameters, IReadOnlyList<ModelFile> Files)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "mimir-manifest.json";

    private const long Limit = 1_000_000;

    /// <summary>Bytes of all files.</summary>
    public long Bytes => Files.Sum(f => f.Bytes);

    /// <summary>One checksum for all files: SHA-256 of the lines "sha256  name" by name, as sha256sum prints them.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(Files.OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => $"{f.Sha256}  {f.Name}\n")))));

    /// <summary>The manifest in <paramref name="directory"/>, or null when it has none.</summary>
    /// <exception cref="ModelFormatException">It is damaged.</exception>
    public static ModelManifest? Find(string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path)) return null;
        var json = JsonFile.Read(path, Limit);
        return new ModelManifest(Text(json, "name"), Text(json, "source"), json.Text("revision"), Text(json, "architecture"), Integer(json, "parameters"),
            [.. json.Array("files").Select(e => e.ValueKind == JsonValueKind.Object ? Read(new JsonFields(e, json.Source)) : throw json.Error("files", e, "objects"))]);
    }

    /// <summary>Writes it to <paramref name="directory"/>.</summary>
    public void Write(string directory)
    {
        using var stream = File.Create(Path.Combine(directory, FileName));
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("name", Name);
        json.WriteString("source", Source);
        if (Revision is not null) json.WriteString("revision", Revision);
        json.WriteString("architecture", Architecture);
        json.WriteNumber("parameters", Parameters);
        json.WriteStartArray("files");
        foreach (var file in Files)
        {
            json.WriteStartObject();
            json.WriteString("name", file.Name);
            json.WriteNumber("bytes", file.Bytes);
            json.WriteString("sha256", file.Sha256);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Describes the model in <paramref name="directory"/>, which is opened, so that only what Mimir can run has a manifest.</summary>
    /// <exception cref="ModelFormatException">Mimir does not run it; says why.</exception>
    internal static async Task<ModelManifest> OfAsync(string directory, ModelName name, string source, string? revision, IProgress<Transfer>? progress, CancellationToken cancellation)
    {
        string architecture;
        long parameters;
        using (var model = ModelDirectory.Open(directory)) (architecture, parameters) = (model.Config.Family.ToString(), model.Weights.Layout.Parameters);
        var paths = Directory.GetFiles(directory).Where(p => Path.GetFileName(p) != FileName).Order(StringComparer.Ordinal).ToArray();
        var meter = new TransferMeter("checksums", paths.Sum(p => new FileInfo(p).Length), progress);
        var files = new List<ModelFile>();
        foreach (var path in paths) files.Add(await ModelFile.OfAsync(path, meter.Add, cancellation));
        return new ModelManifest(name.ToString(), source, revision, architecture, parameters, files);
    }

    /// <summary>Names of files that are not what the manifest says; none: all are.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public async Task<IReadOnlyList<string>> ChangedAsync(string directory, IProgress<Transfer>? progress, CancellationToken cancellation)
    {
        var (changed, meter) = (new List<string>(), new TransferMeter("checksums", Bytes, progress));
        foreach (var file in Files)
        {
            var path = Path.Combine(directory, file.Name);
            if (!File.Exists(path) || await ModelFile.OfAsync(path, meter.Add, cancellation) != file) changed.Add(file.Name);
        }
        return changed;
    }

    private static ModelFile Read(JsonFields json)
    {
        var name = Text(json, "name");
        if (name.Length > 255 || Path.GetFileName(name) != name || name is "." or "..") throw json.Error("name", json.Require("name"), "a plain file name");
        return new ModelFile(name, Integer(json, "bytes"), Text(json, "sha256"));
    }

    private static string Text(JsonFields json, string key) => json.Text(key) ?? throw json.Error($"key '{key}' is missing");

    private static long Integer(JsonFields json, string key) =>
        json.Require(key) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) && number >= 0 ? number : throw json.Error(key, json.Require(key), "a number of at least 0");
}
