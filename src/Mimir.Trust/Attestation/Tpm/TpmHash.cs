using System.Security.Cryptography;

namespace Mimir.Trust.Attestation.Tpm;

/// <summary>Hash algorithms of TPM structures (TCG Algorithm Registry); only SHA-256, SHA-384 and SHA-512 sign, the others name banks.</summary>
public enum TpmHash : ushort
{
    /// <summary>SHA-1.</summary>
    Sha1 = 0x0004,

    /// <summary>SHA-256.</summary>
    Sha256 = 0x000B,

    /// <summary>SHA-384.</summary>
    Sha384 = 0x000C,

    /// <summary>SHA-512.</summary>
    Sha512 = 0x000D,

    /// <summary>SM3, 256 bits.</summary>
    Sm3 = 0x0012,

    /// <summary>SHA3-256.</summary>
    Sha3Bits256 = 0x0027,

    /// <summary>SHA3-384.</summary>
    Sha3Bits384 = 0x0028,

    /// <summary>SHA3-512.</summary>
    Sha3Bits512 = 0x0029,
}

/// <summary>What a hash is called and how long it is.</summary>
public static class TpmHashes
{
    /// <summary>Bytes of a digest.</summary>
    public static int Length(this TpmHash hash) => hash switch
    {
        TpmHash.Sha1 => 20,
        TpmHash.Sha256 or TpmHash.Sm3 or TpmHash.Sha3Bits256 => 32,
        TpmHash.Sha384 or TpmHash.Sha3Bits384 => 48,
        TpmHash.Sha512 or TpmHash.Sha3Bits512 => 64,
        _ => throw new ArgumentOutOfRangeException(nameof(hash)),
    };

    /// <summary>As tpm2-tools call it, for example <c>sha256</c>, <c>sm3_256</c>, <c>sha3_384</c>.</summary>
    public static string ToName(this TpmHash hash) => hash switch
    {
        TpmHash.Sm3 => "sm3_256",
        TpmHash.Sha3Bits256 or TpmHash.Sha3Bits384 or TpmHash.Sha3Bits512 => $"sha3_{8 * hash.Length()}",
        _ => hash.ToString().ToLowerInvariant(),
    };

    /// <summary>The hash with digests of this length that may sign; null for SHA-1's and unknown ones.</summary>
    public static TpmHash? OfSigningLength(int length) => length switch
    {
        32 => TpmHash.Sha256,
        48 => TpmHash.Sha384,
        64 => TpmHash.Sha512,
        _ => null,
    };

    /// <summary>The name that .NET uses.</summary>
    public static HashAlgorithmName Algorithm(this TpmHash hash) => hash switch
    {
        TpmHash.Sha256 => HashAlgorithmName.SHA256,
        TpmHash.Sha384 => HashAlgorithmName.SHA384,
        TpmHash.Sha512 => HashAlgorithmName.SHA512,
        _ => throw new ArgumentOutOfRangeException(nameof(hash)),
    };
}
