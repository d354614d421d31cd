using Mimir.Spdz.Sessions;

namespace Mimir.Spdz.Tests.Simulation;

/// <summary>Guesses the tokens of <paramref name="text"/>, prompt included, except at positions that <paramref name="wrong"/> picks.</summary>
internal sealed class ScriptedDrafter(IReadOnlyList<int> text, Func<int, bool> wrong, int vocabulary) : IDrafter
{
    private int _known;

    public void Append(int token) => _known++;

    public int Draft(Span<int> draft)
    {
        for (var i = 0; i < draft.Length; i++)
        {
            var at = _known + i;
            if (at >= text.Count) return i;
            draft[i] = wrong(at) ? (text[at] + 1) % vocabulary : text[at];
        }
        return draft.Length;
    }
}
