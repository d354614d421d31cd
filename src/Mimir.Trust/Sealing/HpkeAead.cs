namespace Mimir.Trust.Sealing;

/// <summary>The two AEADs used here, by their identifiers of RFC 9180 section 7.3.</summary>
internal enum HpkeAead : ushort
{
    Aes128Gcm = 1,
    Aes256Gcm = 2,
}
