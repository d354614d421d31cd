namespace Mimir.Trust.Policies;

/// <summary>One rule of a policy, judged.</summary>
/// <param name="Rule">Which rule, for example <c>snp.minimum_tcb.reported.ucode</c>.</param>
/// <param name="Expected">What it demands.</param>
/// <param name="Found">What was there.</param>
/// <param name="Passes">Whether that is enough.</param>
public sealed record PolicyRule(string Rule, string Expected, string Found, bool Passes)
{
    /// <inheritdoc/>
    public override string ToString() => $"{(Passes ? "pass" : "FAIL")} {Rule}: expected {Expected}; found {Found}";
}
