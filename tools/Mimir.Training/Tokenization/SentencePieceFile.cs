using System.Buffers.Binary;
using System.Text;

namespace Mimir.Training.Tokenization;

/// <summary>
/// Writes <c>tokenizer.model</c>, SentencePiece's protobuf (sentencepiece_model.proto): pieces with scores that fall by one per rank, a BPE
/// trainer specification with byte fallback, and an identity normaliser that prepends a space.
/// </summary>
internal static class SentencePieceFile
{
    private enum Kind
    {
        Normal = 1,
        Unknown = 2,
        Control = 3,
        Byte = 6,
    }

    /// <summary>Writes the file into <paramref name="directory"/>.</summary>
    public static void Write(string directory, Vocabulary vocabulary)
    {
        using var model = new MemoryStream();
        for (int id = 0; id < vocabulary.Pieces.Count; id++)
            Bytes(model, 1, Piece(vocabulary.Pieces[id], id));
        using var trainer = new MemoryStream();
        Number(trainer, 3, 2);
        Number(trainer, 4, vocabulary.Pieces.Count);
        Number(trainer, 35, 1);
        Number(trainer, 40, Vocabulary.Unknown);
        Number(trainer, 41, Vocabulary.BeginOfSequence);
        Number(trainer, 42, Vocabulary.EndOfSequence);
        Number(trainer, 43, -1);
        Bytes(model, 2, trainer.ToArray());
        using var normalizer = new MemoryStream();
        Bytes(normalizer, 1, "identity"u8.ToArray());
        Number(normalizer, 3, 1);
        Number(normalizer, 4, 0);
        Number(normalizer, 5, 1);
        Bytes(model, 3, normalizer.ToArray());
        File.WriteAllBytes(Path.Combine(directory, "tokenizer.model"), model.ToArray());
    }

    private static byte[] Piece(string text, int id)
    {
        Kind kind = id switch
        {
            Vocabulary.Unknown => Kind.Unknown,
            Vocabulary.BeginOfSequence or Vocabulary.EndOfSequence => Kind.Control,
            < Vocabulary.FirstMerged => Kind.Byte,
            _ => Kind.Normal,
        };
        using var piece = new MemoryStream();
        Bytes(piece, 1, Encoding.UTF8.GetBytes(text));
        Tag(piece, 2, 5);
        Span<byte> score = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(score, kind == Kind.Normal ? Vocabulary.FirstMerged - id : 0f);
        piece.Write(score);
        Number(piece, 3, (int)kind);
        return piece.ToArray();
    }

    private static void Bytes(MemoryStream to, int field, byte[] content)
    {
        Tag(to, field, 2);
        Varint(to, (ulong)content.Length);
        to.Write(content);
    }

    private static void Number(MemoryStream to, int field, long value)
    {
        Tag(to, field, 0);
        Varint(to, unchecked((ulong)value));
    }

    private static void Tag(MemoryStream to, int field, int wireType) => Varint(to, ((ulong)field << 3) | (uint)wireType);

    private static void Varint(MemoryStream to, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            to.WriteByte((byte)((value & 0x7F) | 0x80));
        to.WriteByte((byte)value);
    }
}
