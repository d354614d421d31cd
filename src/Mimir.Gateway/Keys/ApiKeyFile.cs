using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mimir.Gateway.Keys;

/// <summary>The file of API keys: a JSON list of <see cref="ApiKey"/>, readable by its user alone, replaced as a whole.</summary>
public static class ApiKeyFile
{
    private const int LongestFile = 1 << 20;
    private const int LongestName = 100;
    private const int HashDigits = 64;

    /// <summary>All keys, revoked ones too; none when there is no file.</summary>
    /// <exception cref="InvalidDataException">The file is none of these.</exception>
    public static IReadOnlyList<ApiKey> Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > LongestFile) throw new InvalidDataException($"'{path}' is longer than any file of API keys");
            var keys = JsonSerializer.Deserialize(File.ReadAllBytes(path), ApiKeyJson.Default.IReadOnlyListApiKey) ?? [];
            return keys.All(k => k is { Id.Length: > 0, Name: not null, Sha256.Length: HashDigits } && k.Sha256.All(char.IsAsciiHexDigit))
                ? keys
                : throw new InvalidDataException($"'{path}' is no file of API keys; make one with mimir gateway key new");
        }
        catch (FileNotFoundException)
        {
            return [];
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"'{path}' is no file of API keys: {error.Message}");
        }
    }

    /// <summary>Makes a key and adds it; the text returned is the only copy there is.</summary>
    /// <exception cref="ArgumentException">The name is too long or of several lines.</exception>
    public static (ApiKey Key, string Text) Add(string path, string name, DateTimeOffset now)
    {
        if (name.Length is 0 or > LongestName || name.Any(char.IsControl)) throw new ArgumentException($"a key's name has 1 to {LongestName} characters, all of them printable");
        var made = ApiKey.Generate(name, now);
        Write(path, [.. Read(path), made.Key]);
        return made;
    }

    /// <summary>Revokes a key by its number, at once for gateways that run.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static void Revoke(string path, string id, DateTimeOffset now)
    {
        var keys = Read(path);
        if (!keys.Any(k => k.Id == id)) throw new ArgumentException($"'{path}' has no key '{id}'; mimir gateway key list shows them");
        Write(path, [.. keys.Select(k => k.Id == id ? k with { Revoked = k.Revoked ?? now.ToUnixTimeSeconds() } : k)]);
    }

    private static void Write(string path, IReadOnlyList<ApiKey> keys)
    {
        var fresh = path + ".new";
        File.Delete(fresh);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(fresh, options)) JsonSerializer.Serialize(file, keys, ApiKeyJson.Default.IReadOnlyListApiKey);
        File.Move(fresh, path, overwrite: true);
    }
}

/// <summary>Without reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<ApiKey>))]
internal sealed partial class ApiKeyJson : JsonSerializerContext;
