namespace Mimir.Trust.Attestation;

/// <summary>The vendors' root keys, by the SHA-256 of their SubjectPublicKeyInfo in DER. The only place where trust in a vendor is written down.</summary>
public static class PinnedRoots
{
    /// <summary>AMD ARK of the Milan line.</summary>
    public static ReadOnlyMemory<byte> AmdMilan { get; } = Hex("9f056bee44377e29308cb5ffa895bdfb62d18881fa6bed8d6f075b0204089cb9");

    /// <summary>AMD ARK of the Genoa line.</summary>
    public static ReadOnlyMemory<byte> AmdGenoa { get; } = Hex("429a69c9422aa258ee4d8db5fcda9c6470ef15f8cd5a9cebd6cbc7d90b863831");

    /// <summary>AMD ARK of the Turin line.</summary>
    public static ReadOnlyMemory<byte> AmdTurin { get; } = Hex("4f125410563a2ab9a50356f9243f6fe0b6f73de98603f53f90339c70e9d7ad08");

    /// <summary>Intel SGX Root CA, for TDX too.</summary>
    public static ReadOnlyMemory<byte> IntelSgx { get; } = Hex("a0af031289f5d5d4132f9186068a7fc13628633ba235777472e29b6b6c67a49e");

    /// <summary>AWS Nitro Enclaves root G1.</summary>
    public static ReadOnlyMemory<byte> AwsNitro { get; } = Hex("f2caf5ecc6190b4a8399b78bc58a2bbcd0382375db8a1bfd78a82743874fd225");

    private static byte[] Hex(string text) => Convert.FromHexString(text);
}
