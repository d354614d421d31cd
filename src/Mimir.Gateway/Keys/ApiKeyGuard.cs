using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Mimir.Gateway.Errors;

namespace Mimir.Gateway.Keys;

/// <summary>Who may call. Keys are compared by their hashes, every one of them, in constant time; a change of the file counts from the next request on.</summary>
internal sealed class ApiKeyGuard
{
    private const string Scheme = "Bearer ";
    private readonly string? _path;
    private readonly Lock _lock = new();
    private IReadOnlyList<byte[]> _hashes = [];
    private DateTime _read;

    /// <summary>Reads the file; null: everybody who reaches the gateway may call it.</summary>
    /// <exception cref="InvalidDataException">It is no file of keys, or has none that is good.</exception>
    public ApiKeyGuard(string? path)
    {
        _path = path;
        if (path is not null && Hashes().Count == 0) throw new InvalidDataException($"gateway.keys: '{path}' has no key that is good; make one with mimir gateway key new");
    }

    /// <summary>Whether the caller may have more than public answers.</summary>
    public bool Knows(HttpContext context) => _path is null || KeyOf(context) is { } key && IsGood(key);

    /// <summary>Lets a request through.</summary>
    /// <exception cref="ApiException">401: it has no key, or none that is good.</exception>
    public void Require(HttpContext context)
    {
        if (_path is null) return;
        var key = KeyOf(context) ?? throw Refused("this gateway asks for an API key: Authorization: Bearer mimir-…", "missing_api_key");
        if (!IsGood(key)) throw Refused("the API key is not one of this gateway's, or is revoked", "invalid_api_key");
    }

    private static string? KeyOf(HttpContext context)
    {
        var header = context.Request.Headers.Authorization;
        return header.Count == 1 && header[0] is { } value && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? value[Scheme.Length..].Trim() : null;
    }

    private bool IsGood(string key)
    {
        if (key.Length > ApiKey.LongestText) return false;
        var hash = ApiKey.HashOf(key);
        var found = false;
        foreach (var known in Hashes()) found |= CryptographicOperations.FixedTimeEquals(hash, known);
        return found;
    }

    private IReadOnlyList<byte[]> Hashes()
    {
        lock (_lock)
        {
            var written = File.GetLastWriteTimeUtc(_path!);
            if (written == _read) return _hashes;
            _hashes = [.. ApiKeyFile.Read(_path!).Where(k => k.Revoked is null).Select(k => Convert.FromHexString(k.Sha256))];
            _read = written;
            return _hashes;
        }
    }

    private static ApiException Refused(string message, string code) => new(401, "authentication_error", message, null, code) { MayRetry = false };
}
