using Mimir.Trust;
using Mimir.Transport.Protos;

namespace Mimir.Client.Text;

/// <summary>Why a text ended.</summary>
public enum TextEnd
{
    /// <summary>All tokens that were asked for have come.</summary>
    Length,

    /// <summary>The model ended its text, or a stop string came.</summary>
    Stop,
}

/// <summary>What a session gave its owner.</summary>
/// <param name="Session">The session's number.</param>
/// <param name="Text">The whole text.</param>
/// <param name="End">Why it ended.</param>
/// <param name="Generation">Tokens, times and what was revealed to whom.</param>
/// <param name="Metrics">What every role measured; public.</param>
public sealed record TextResult(SessionId Session, string Text, TextEnd End, GenerationResult Generation, IReadOnlyList<RoleMetrics> Metrics);
