using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Mimir.Trust.Certificates;
using Mimir.Trust.SealedFiles;

namespace Mimir.Overlay.Keys;

/// <summary>
/// A node's WireGuard keys on disk, mode 0600 in a directory of mode 0700: <c>current.key</c>, during a rotation also <c>next.key</c>;
/// <c>epochs</c>: the newest epoch that this node has signed and has seen of each peer; <c>own.peer</c>: the last descriptor that was asked for; and <c>revocations</c>: the
/// newest revocation list that was seen.
/// </summary>
public sealed class KeyFolder(string directory)
{
    private const string CurrentFile = "current.key";
    private const string NextFile = "next.key";
    private const string EpochsFile = "epochs";
    private const string OwnEpoch = "own";

    /// <summary>The newest epochs, by "role.name" of the peer.</summary>
    public IMonotonicCounter Epochs { get; } = new HighWaterMarks(Path.Combine(directory, EpochsFile));

    /// <summary>The newest revocation list that the overlay has taken into force.</summary>
    public string Revocations => At("revocations");

    /// <summary>The last descriptor of this node that its operator asked for.</summary>
    public string OwnDescriptor => At("own.peer");

    /// <summary>Whether a new key waits for <see cref="Activate"/>.</summary>
    public bool HasNext => File.Exists(At(NextFile));

    /// <summary>Makes the first key.</summary>
    /// <exception cref="OverlayException">There is one.</exception>
    public WireGuardKeyPair Create()
    {
        if (File.Exists(At(CurrentFile))) throw new OverlayException($"{At(CurrentFile)}: exists already; 'mimir wireguard rotate' replaces it without losing connections");
        return Write(CurrentFile);
    }

    /// <summary>The key in use.</summary>
    /// <exception cref="OverlayException">There is none.</exception>
    public WireGuardKeyPair Current() => Read(CurrentFile);

    /// <summary>The key that follows, made when there is none yet; <see cref="Current"/> stays in use.</summary>
    /// <exception cref="OverlayException">There is no current one.</exception>
    public WireGuardKeyPair Prepare()
    {
        if (!File.Exists(At(CurrentFile))) throw Missing(CurrentFile);
        return HasNext ? Read(NextFile) : Write(NextFile);
    }

    /// <summary>Makes the next key the current one; the old one is gone.</summary>
    /// <exception cref="OverlayException">There is no next one.</exception>
    public WireGuardPublicKey Activate()
    {
        using var next = Read(NextFile);
        File.Move(At(NextFile), At(CurrentFile), overwrite: true);
        return next.PublicKey;
    }

    /// <summary>The epoch for a descriptor that is signed at <paramref name="now"/>: seconds since 1970, or one more than the last when that is later.</summary>
    public ulong NextEpoch(DateTimeOffset now)
    {
        var epoch = Math.Max(checked(Epochs.Read(OwnEpoch) + 1), (ulong)Math.Max(0, now.ToUnixTimeSeconds()));
        Epochs.AdvanceTo(OwnEpoch, epoch);
        return epoch;
    }

    private string At(string file) => Path.Combine(directory, file);

    private OverlayException Missing(string file) => new($"{At(file)}: there is no such key; 'mimir wireguard {(file == CurrentFile ? "keys" : "rotate")}' makes one");

    private WireGuardKeyPair Write(string file)
    {
        OwnerOnlyFile.CreateDirectory(directory);
        var pair = WireGuardKeyPair.Generate();
        OwnerOnlyFile.Write(At(file), Convert.ToBase64String(pair.PrivateKey));
        return pair;
    }

    private WireGuardKeyPair Read(string file)
    {
        if (!File.Exists(At(file))) throw Missing(file);
        if (new FileInfo(At(file)).Length > 64) throw Damaged(file);
        Span<byte> key = stackalloc byte[WireGuardPublicKey.Size];
        var text = File.ReadAllBytes(At(file));
        try
        {
            return Base64.DecodeFromUtf8(text.AsSpan().TrimEnd((byte)'\n'), key, out _, out var length) == OperationStatus.Done && length == key.Length
                ? WireGuardKeyPair.FromPrivateKey(key)
                : throw Damaged(file);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(text);
        }
    }

    private OverlayException Damaged(string file) => new($"{At(file)}: holds no WireGuard key (the base64 text of 32 bytes); restore it or make a new one");
}
