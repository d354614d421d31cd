using Mimir.Spdz.Programs;

namespace Mimir.Services.Hosting;

/// <summary>What a process demands of every session's tokens before it takes part (docs/privacy.md); 0: nothing.</summary>
/// <param name="PerToken">Most ε of one output (configuration key <c>privacy.epsilon_per_token</c>).</param>
/// <param name="Session">Most ε of a session's outputs together (<c>privacy.epsilon_session</c>).</param>
public sealed record PrivacyLimits(double PerToken, double Session)
{
    /// <summary>Nothing is demanded.</summary>
    public static PrivacyLimits None { get; } = new(0, 0);

    /// <summary>Refuses a plan beyond the limits.</summary>
    /// <exception cref="ArgumentException">It has no differential privacy, or too little; says which limit.</exception>
    public void Require(SessionPlan plan)
    {
        if (PerToken == 0 && Session == 0) return;
        if (!(plan.Epsilon > 0)) throw new ArgumentException("tokens need differential privacy here; give the session an epsilon");
        if (PerToken > 0 && plan.Epsilon > PerToken)
            throw new ArgumentException(FormattableString.Invariant($"epsilon {plan.Epsilon} a token is more than the {PerToken} that privacy.epsilon_per_token allows here"));
        if (Session > 0 && plan.SessionEpsilon > Session)
            throw new ArgumentException(FormattableString.Invariant($"epsilon {plan.SessionEpsilon:0.###} of the session's {plan.Outputs} outputs is more than the {Session} that privacy.epsilon_session allows here; ask for fewer tokens"));
    }
}
