using Mimir.Spdz.Opening;

namespace Mimir.Spdz.Sessions;

/// <summary>
/// Rounds and bytes of one step, section by section: the embedding, each layer, the head with the choice of the token. A section ends where the
/// embedding's row has come, and behind each MLP. Public: it depends on shapes alone. Allocates nothing after construction.
/// </summary>
internal sealed class LayerMeter(Opener opener, int layers)
{
    private readonly long[] _rounds = new long[layers + 2];
    private readonly long[] _bytes = new long[layers + 2];
    private int _section;
    private long _roundsBefore;
    private long _bytesBefore;

    /// <summary>Rounds of each section of the last step.</summary>
    public ReadOnlySpan<long> Rounds => _rounds;

    /// <summary>Payload bytes sent in each.</summary>
    public ReadOnlySpan<long> Bytes => _bytes;

    /// <summary>A step begins.</summary>
    public void Begin()
    {
        Array.Clear(_rounds);
        Array.Clear(_bytes);
        (_section, _roundsBefore, _bytesBefore) = (0, opener.Rounds, opener.BytesSent);
    }

    /// <summary>The section ends and the next begins; behind the last there is none.</summary>
    public void Next()
    {
        End();
        _section = Math.Min(_section + 1, _rounds.Length - 1);
    }

    /// <summary>What the opener has sent since the last mark belongs to this section.</summary>
    public void End()
    {
        _rounds[_section] += opener.Rounds - _roundsBefore;
        _bytes[_section] += opener.BytesSent - _bytesBefore;
        (_roundsBefore, _bytesBefore) = (opener.Rounds, opener.BytesSent);
    }
}
