using Mimir.Cli.Planning.Machines;
using Mimir.Models.Transformers;

namespace Mimir.Cli.Planning;

/// <summary>What a plan is made for.</summary>
/// <param name="Name">Of the model, for people.</param>
/// <param name="Layout">Shapes; no weights are needed.</param>
/// <param name="Context">T: the planned token is the one at the last position of a context this long.</param>
/// <param name="Parties">N.</param>
/// <param name="Active">MACs on.</param>
public sealed record PlanRequest(string Name, ModelLayout Layout, int Context, int Parties, bool Active)
{
    /// <summary>The data owner gets the logits and samples itself.</summary>
    public bool LogitsToOwner { get; init; }

    /// <summary>K: guesses that a step verifies beside its token; the planned step then fills the last K + 1 positions of the context.</summary>
    public int Speculate { get; init; }

    /// <summary>f.</summary>
    public int FractionBits { get; init; } = 16;

    /// <summary>Degree of spline pieces.</summary>
    public int ChebyshevDegree { get; init; } = 2;

    /// <summary>Steps dealt together.</summary>
    public int BlockSteps { get; init; } = 4;

    /// <summary>Gigabytes per second that this machine reads, all cores together.</summary>
    public double ReadGigabytesPerSecond { get; init; } = 20;

    /// <summary>The measured machine whose prices the seconds come from.</summary>
    public Machine Machine { get; init; } = Machine.Development();

    /// <summary>Other machines, one a role, to project to; null: every role on <see cref="Machine"/>.</summary>
    public Hardware? Hardware { get; init; }
}
