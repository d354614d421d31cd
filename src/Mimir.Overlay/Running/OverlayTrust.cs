using Mimir.Overlay.Keys;
using Mimir.Trust;
using Mimir.Trust.Revocations;

namespace Mimir.Overlay.Running;

/// <summary>
/// Whom the overlay trusts at the moment: the authority of a file that is read again when it changes, less what the newest revocation list names. Lists come from a file, or
/// are handed in; the newest is kept beside the keys, so that none is rolled back by starting again. Thread-safe.
/// </summary>
/// <param name="settings">Where the files are.</param>
public sealed class OverlayTrust(OverlaySettings settings) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly string _kept = new KeyFolder(settings.Keys).Revocations;
    private readonly List<TrustAnchors> _made = [];
    private string _authority = "", _list = "";

    /// <summary>The anchors, with the files as they are now. They stay usable until this is disposed.</summary>
    /// <exception cref="InvalidDataException">The authority's file is missing or holds no certificate, or the list that was in force is none of that authority's.</exception>
    public TrustAnchors Now()
    {
        lock (_lock)
        {
            if (Version(settings.Authority) is var authority && (_made.Count == 0 || authority != _authority))
            {
                _made.Add(Open());
                _authority = authority;
            }
            if (settings.Revocations is { } file && Version(file) is var list && list != _list) Follow(file, list);
            return _made[^1];
        }
    }

    /// <summary>Takes a signed list into force. False when it is in force already.</summary>
    /// <exception cref="RevocationRefusedException">It is not signed by the authority, or older than the one in force.</exception>
    /// <exception cref="InvalidDataException">As <see cref="Now"/>.</exception>
    /// <exception cref="IOException">It is in force, and could not be kept for the next start.</exception>
    public bool Accept(ReadOnlyMemory<byte> signed)
    {
        lock (_lock)
        {
            var register = Now().Revocations;
            if (!_made[^1].Accept(signed)) return false;
            settings.Log($"revocation list {register.List.Version} is in force");
            register.Keep();
            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var anchors in _made) anchors.Dispose();
    }

    private TrustAnchors Open()
    {
        var anchors = new TrustAnchors(TrustAnchors.LoadCertificates(settings.Authority)) { Revocations = new RevocationRegister { File = _kept } };
        try
        {
            // What is in force may be newer than what could be kept.
            if (_made.Count > 0 && _made[^1].Revocations.Signed is { IsEmpty: false } signed) anchors.Accept(signed);
            else if (File.Exists(_kept)) RevocationFile.Accept(anchors, _kept);
            return anchors;
        }
        catch (RevocationRefusedException refused)
        {
            anchors.Dispose();
            throw new InvalidDataException($"'{settings.Authority}' is none of the authorities that signed the revocation list in force: {refused.Message}");
        }
        catch
        {
            anchors.Dispose();
            throw;
        }
    }

    /// <summary>A file that is being replaced, or is refused, leaves the list in force.</summary>
    private void Follow(string file, string version)
    {
        _list = version;
        try
        {
            if (File.Exists(file)) Accept(RevocationFile.Read(file));
        }
        catch (Exception error) when (error is RevocationRefusedException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            settings.Log($"revocation list {file}: {error.Message}");
        }
    }

    private static string Version(string path) => new FileInfo(path) is { Exists: true } file ? $"{file.LastWriteTimeUtc.Ticks} {file.Length}" : "";
}
