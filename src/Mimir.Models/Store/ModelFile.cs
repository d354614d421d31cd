using System.Security.Cryptography;

namespace Mimir.Models.Store;

/// <summary>One file of a stored model.</summary>
/// <param name="Name">A plain name in the model's directory.</param>
/// <param name="Bytes">Length.</param>
/// <param name="Sha256">Of its content, hexadecimal, lower case.</param>
public sealed record ModelFile(string Name, long Bytes, string Sha256)
{
    private static readonly string[] Known =
    [
        "config.json", "generation_config.json", "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "chat_template.jinja", "chat_template.json", WholeWeights, "model.safetensors.index.json",
    ];

    private const string WholeWeights = "model.safetensors";

    /// <summary>
    /// Which of <paramref name="names"/> Mimir needs: configuration, tokenizer, chat template and weights in safetensors; of weights that are there both whole and
    /// in shards, the whole ones. Nothing that would have to be unpickled, nothing in subdirectories.
    /// </summary>
    public static IReadOnlyList<string> Needed(IReadOnlyCollection<string> names)
    {
        var whole = names.Contains(WholeWeights);
        return [.. names.Where(n => Known.Contains(n, StringComparer.Ordinal) ? !(whole && n == "model.safetensors.index.json") : !whole && IsShard(n)).Order(StringComparer.Ordinal)];
    }

    /// <summary>Whether a needed name is one of weights.</summary>
    public static bool IsWeights(string name) => name.EndsWith(".safetensors", StringComparison.Ordinal);

    /// <summary>What <paramref name="path"/> is now.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<ModelFile> OfAsync(string path, Action<long> done, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = await HashAsync(path, hash, done, cancellation);
        return new ModelFile(Path.GetFileName(path), length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>Gives the bytes of <paramref name="path"/> to <paramref name="hash"/>; their number.</summary>
    internal static async Task<long> HashAsync(string path, IncrementalHash hash, Action<long> done, CancellationToken cancellation)
    {
        var (buffer, length) = (new byte[1 << 20], 0L);
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        for (int read; (read = await stream.ReadAsync(buffer, cancellation)) > 0; length += read)
        {
            hash.AppendData(buffer, 0, read);
            done(read);
        }
        return length;
    }

    /// <summary>"model-00001-of-00002.safetensors".</summary>
    private static bool IsShard(string name) => name.Length <= 96 && name.StartsWith("model-", StringComparison.Ordinal) && IsWeights(name)
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.');
}
