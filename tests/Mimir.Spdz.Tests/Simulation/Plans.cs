using Mimir.Spdz.Programs;

namespace Mimir.Spdz.Tests.Simulation;

/// <summary>Session plans for tests: one owner "alice" who also receives, unless said otherwise.</summary>
internal static class Plans
{
    public static SessionPlan Single(int prompt, int maxTokens, int uncertain = 0) => new()
    {
        Segments = [new PromptSegment("alice", prompt)],
        Uncertain = uncertain,
        Receivers = ["alice"],
        MaxTokens = maxTokens,
        Temperature = 0,
        NoiseSeed = null,
        FractionBits = 16,
        ChebyshevDegree = 2,
        AuditRate = 0.01,
        BlockSteps = 4,
    };
}
