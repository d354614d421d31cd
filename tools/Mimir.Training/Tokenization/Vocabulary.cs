using System.Globalization;

namespace Mimir.Training.Tokenization;

/// <summary>
/// The pieces of a SentencePiece-like BPE vocabulary, in the order of their ids: three special tokens, 256 byte tokens, the merged
/// pieces (first merged first), then the single characters.
/// </summary>
internal sealed class Vocabulary
{
    /// <summary>Id of <c>&lt;unk&gt;</c>.</summary>
    public const int Unknown = 0;

    /// <summary>Id of <c>&lt;s&gt;</c>, which begins every sequence.</summary>
    public const int BeginOfSequence = 1;

    /// <summary>Id of <c>&lt;/s&gt;</c>, which ends a chapter.</summary>
    public const int EndOfSequence = 2;

    /// <summary>Id of the token of byte 0.</summary>
    public const int FirstByte = 3;

    /// <summary>Id of the first merged piece.</summary>
    public const int FirstMerged = FirstByte + 256;

    /// <summary>Stands for a space inside pieces.</summary>
    public const char Space = '▁';

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);

    /// <summary>Builds the ids from the learned pieces.</summary>
    public Vocabulary(IReadOnlyList<string> merged, IReadOnlyList<string> characters)
    {
        var bytes = Enumerable.Range(0, 256).Select(b => string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>"));
        Pieces = ["<unk>", "<s>", "</s>", .. bytes, .. merged, .. characters];
        MergedCount = merged.Count;
        for (int id = 0; id < Pieces.Count; id++)
            _ids.Add(Pieces[id], id);
    }

    /// <summary>All pieces; the index is the id.</summary>
    public IReadOnlyList<string> Pieces { get; }

    /// <summary>Number of pieces that came from merges.</summary>
    public int MergedCount { get; }

    /// <summary>Id of a piece, or −1.</summary>
    public int Find(string piece) => _ids.GetValueOrDefault(piece, -1);

    /// <summary>True when two neighbouring symbols may be merged into <paramref name="id"/>.</summary>
    public bool IsMerged(int id) => id >= FirstMerged && id < FirstMerged + MergedCount;

    /// <summary>
    /// Every way to make each merged piece out of two known pieces, by rank. Listing all of them makes a merge-list tokenizer equal
    /// to SentencePiece, which merges any pair whose concatenation is a piece.
    /// </summary>
    public IEnumerable<(string Left, string Right)> Merges()
    {
        for (int id = FirstMerged; id < FirstMerged + MergedCount; id++)
        {
            string piece = Pieces[id];
            for (int cut = 1; cut < piece.Length; cut++)
            {
                if (_ids.ContainsKey(piece[..cut]) && _ids.ContainsKey(piece[cut..]))
                    yield return (piece[..cut], piece[cut..]);
            }
        }
    }
}
