namespace Mimir.Trust.Revocations;

/// <summary>What an entry of a revocation list names. The numbers are the codec's and never change.</summary>
public enum RevocationKind : byte
{
    /// <summary>Every certificate of one process: <c>role/name</c>.</summary>
    Name = 1,

    /// <summary>One certificate: its serial number, upper-case hexadecimal.</summary>
    Serial = 2,

    /// <summary>One key, whatever certificate it is in: SHA-256 of the SubjectPublicKeyInfo, upper-case hexadecimal. Of an authority's key: all that it issued.</summary>
    Key = 3,
}
