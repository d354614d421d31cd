namespace Mimir.Vaults.Pkcs11;

/// <summary>The hash of RSAES-OAEP. SHA-1 is no weakness there (OAEP does not need collision resistance), and some tokens know nothing else.</summary>
public enum OaepHash
{
    /// <summary>SHA-256.</summary>
    Sha256,

    /// <summary>SHA-1.</summary>
    Sha1,
}
