namespace Mimir.Overlay.Keys;

/// <summary>An X25519 public key as WireGuard writes it: the base64 text of 32 bytes.</summary>
public readonly record struct WireGuardPublicKey
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 32;

    private readonly string? _base64;

    private WireGuardPublicKey(string base64) => _base64 = base64;

    /// <summary>Takes 32 bytes.</summary>
    /// <exception cref="ArgumentException">Another number of bytes.</exception>
    public static WireGuardPublicKey FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length == Size
        ? new(Convert.ToBase64String(bytes))
        : throw new ArgumentException($"A WireGuard key has {Size} bytes, not {bytes.Length}.", nameof(bytes));

    /// <summary>Reads the text of <see cref="ToString"/>; no other spelling of the same bytes, and not the zero key.</summary>
    public static bool TryParse(string? text, out WireGuardPublicKey key)
    {
        key = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (text?.Length != 44 || !Convert.TryFromBase64String(text, bytes, out var written) || written != Size) return false;
        key = FromBytes(bytes);
        return key._base64 == text && bytes.IndexOfAnyExcept((byte)0) >= 0;
    }

    /// <summary>The 32 bytes.</summary>
    public byte[] ToBytes() => Convert.FromBase64String(ToString());

    /// <summary>Base64, 44 characters.</summary>
    public override string ToString() => _base64 ?? throw new InvalidOperationException("This is no key.");
}
