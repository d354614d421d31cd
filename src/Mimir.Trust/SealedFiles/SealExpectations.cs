using System.Security.Cryptography;

namespace Mimir.Trust.SealedFiles;

/// <summary>What a sealed file must be to be opened.</summary>
public sealed record SealExpectations
{
    /// <summary>Its label; null: any.</summary>
    public string? Label { get; init; }

    /// <summary>The measurement of the code that opens it; null: not known, and then a file that is tied to one is refused.</summary>
    public ReadOnlyMemory<byte>? Measurement { get; init; }

    /// <summary>Refuses versions older than it knows of; null: rollback is NOT noticed.</summary>
    public IMonotonicCounter? Counter { get; init; }

    /// <summary>Checks authenticated terms, and lets the counter know of them.</summary>
    /// <exception cref="SealedFileException">Something is not as expected.</exception>
    internal void Require(SealTerms terms, string path)
    {
        if (Label is not null && Label != terms.Label)
            throw new SealedFileException(SealRefusal.WrongLabel, $"{path}: is '{terms.Label}', not '{Label}'");
        if (terms.Measurement.Length > 0 && !(Measurement is { } own && CryptographicOperations.FixedTimeEquals(own.Span, terms.Measurement.Span)))
            throw new SealedFileException(SealRefusal.WrongMeasurement,
                $"{path}: is sealed for the code with measurement {Convert.ToHexStringLower(terms.Measurement.Span)}, and this is {(Measurement is { } known ? Convert.ToHexStringLower(known.Span) : "not known")}");
        if (Counter is null) return;
        var newest = Counter.Read(terms.Label);
        if (terms.Counter < newest)
            throw new SealedFileException(SealRefusal.RolledBack, $"{path}: is version {terms.Counter} of '{terms.Label}', and version {newest} was seen before; an old copy was put back");
        Counter.AdvanceTo(terms.Label, terms.Counter);
    }
}
