namespace Mimir.Trust.Attestation;

/// <summary>One reason why evidence is not accepted.</summary>
/// <param name="Code">Stable, for programs and policies: area and reason, for example <c>snp.signature</c>; each area's class lists its own.</param>
/// <param name="Sentence">Plain English for the operator, without secrets and without text taken unescaped from the evidence.</param>
public sealed record Refusal(string Code, string Sentence)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Code}: {Sentence}";
}
