namespace Mimir.Trust.Attestation.Chains;

/// <summary>What a chain must satisfy.</summary>
public sealed record ChainRules
{
    /// <summary>The instant at which every certificate must be valid and every used revocation list current.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Accepted roots, by SHA-256 of SubjectPublicKeyInfo.</summary>
    public required IReadOnlyCollection<ReadOnlyMemory<byte>> Roots { get; init; }

    /// <summary>The signature algorithms that the vendor uses; any other is refused.</summary>
    public required IReadOnlyCollection<SignatureAlgorithm> Algorithms { get; init; }

    /// <summary>
    /// Whether every issuer in the chain must have a current revocation list. Otherwise lists are checked where given; lists given of which none belongs
    /// to the chain are refused, since they give a false assurance.
    /// </summary>
    public bool RevocationRequired { get; init; }

    /// <summary>Most certificates from leaf to root.</summary>
    public int Longest { get; init; } = 6;
}
