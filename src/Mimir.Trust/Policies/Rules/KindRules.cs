using Mimir.Trust.Attestation;

namespace Mimir.Trust.Policies.Rules;

/// <summary>A policy's rules for one kind of evidence.</summary>
internal abstract class KindRules
{
    /// <summary>Judges proven <paramref name="claims"/> of this kind, for <paramref name="role"/>.</summary>
    public abstract void Judge(Role role, EvidenceClaims claims, PolicyDecision decision);
}
