using System.Buffers.Binary;
using System.Text;

namespace Mimir.Models.Tokenizers;

/// <summary>What a piece of a tokenizer.model is.</summary>
internal enum PieceKind
{
    /// <summary>Found in text.</summary>
    Normal = 1,

    /// <summary>Stands for what has no piece.</summary>
    Unknown = 2,

    /// <summary>Never written by a text.</summary>
    Control = 3,

    /// <summary>Found in text before anything else, and never merged.</summary>
    UserDefined = 4,

    /// <summary>In no use.</summary>
    Unused = 5,

    /// <summary>One byte.</summary>
    Byte = 6,
}

/// <summary>
/// A tokenizer.model: SentencePiece's ModelProto, as far as encoding needs it. Source: sentencepiece_model.proto of google/sentencepiece.
/// </summary>
internal sealed class SentencePieceFile
{
    private const int Unigram = 1, BytePairs = 2;

    /// <exception cref="ModelFormatException">Not such a file, or of a kind that Mimir does not run; names it.</exception>
    public SentencePieceFile(ReadOnlySpan<byte> bytes, string source)
    {
        var kind = Unigram;
        var reader = new ProtocolReader(bytes, source);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: Pieces.Add(Piece(reader.Message())); break;
                case 2: kind = Trainer(reader.Message(), source); break;
                case 3: Normalizer(reader.Message(), source); break;
            }
            if (Pieces.Count > TokenTable.MaxCount) throw new ModelFormatException(source, $"more than {TokenTable.MaxCount} pieces");
        }
        if (Pieces.Count == 0) throw new ModelFormatException(source, "has no pieces; download it again");
        IsUnigram = kind switch
        {
            Unigram => true,
            BytePairs => false,
            _ => throw new ModelFormatException(source, $"is a SentencePiece model of type {kind}, but Mimir knows unigram (1) and bpe (2)"),
        };
    }

    /// <summary>Pieces in the order of their ids.</summary>
    public List<(string Text, float Score, PieceKind Kind)> Pieces { get; } = [];

    /// <summary>Unigram; else byte pairs.</summary>
    public bool IsUnigram { get; }

    /// <summary>Unknown characters become bytes.</summary>
    public bool ByteFallback { get; private set; }

    /// <summary>A space is written before every text.</summary>
    public bool AddDummyPrefix { get; private set; } = true;

    /// <summary>Spaces at the ends go, and several become one.</summary>
    public bool RemoveExtraSpaces { get; private set; } = true;

    /// <summary>Spaces become U+2581.</summary>
    public bool EscapeSpaces { get; private set; } = true;

    /// <summary>Replacements of characters; empty for none.</summary>
    public byte[] CharacterMap { get; private set; } = [];

    private int Trainer(ProtocolReader reader, string source)
    {
        var kind = Unigram;
        while (reader.Next())
            switch (reader.Field)
            {
                case 3: kind = (int)reader.Number(); break;
                case 24 when reader.Number() != 0: throw new ModelFormatException(source, "treats white space as a suffix (treat_whitespace_as_suffix), which Mimir does not");
                case 35: ByteFallback = reader.Number() != 0; break;
            }
        return kind;
    }

    private void Normalizer(ProtocolReader reader, string source)
    {
        while (reader.Next())
            switch (reader.Field)
            {
                case 2: CharacterMap = reader.Bytes().ToArray(); break;
                case 3: AddDummyPrefix = reader.Number() != 0; break;
                case 4: RemoveExtraSpaces = reader.Number() != 0; break;
                case 5: EscapeSpaces = reader.Number() != 0 ? true : throw new ModelFormatException(source, "does not escape white space (escape_whitespaces), which Mimir needs"); break;
            }
    }

    private static (string, float, PieceKind) Piece(ProtocolReader reader)
    {
        var (text, score, kind) = ("", 0f, PieceKind.Normal);
        while (reader.Next())
            switch (reader.Field)
            {
                case 1: text = reader.Text(); break;
                case 2: score = reader.Single(); break;
                case 3: kind = (PieceKind)reader.Number(); break;
            }
        return (text, score, kind);
    }
}

/// <summary>Reads the fields of a Protocol Buffers message in order.</summary>
/// <param name="bytes">The message.</param>
/// <param name="source">For errors.</param>
internal ref struct ProtocolReader(ReadOnlySpan<byte> bytes, string source)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private ReadOnlySpan<byte> _rest = bytes;
    private ReadOnlySpan<byte> _content;
    private ulong _number;
    private int _wire;

    /// <summary>The number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>Reads the next field; false at the end.</summary>
    /// <exception cref="ModelFormatException">Damaged.</exception>
    public bool Next()
    {
        if (_rest.IsEmpty) return false;
        var tag = Varint();
        if (tag >> 3 is 0 or > int.MaxValue) throw Damaged();
        (Field, _wire) = ((int)(tag >> 3), (int)(tag & 7));
        if (_wire == 0) _number = Varint();
        else
        {
            var length = _wire switch { 1 => 8UL, 2 => Varint(), 5 => 4UL, _ => throw Damaged() };
            if (length > (ulong)_rest.Length) throw Damaged();
            _content = _rest[..(int)length];
            _rest = _rest[(int)length..];
        }
        return true;
    }

    /// <summary>The current field as an integer.</summary>
    public readonly ulong Number() => _wire == 0 && _number <= int.MaxValue ? _number : throw Damaged();

    /// <summary>The current field as bytes.</summary>
    public readonly ReadOnlySpan<byte> Bytes() => _wire == 2 ? _content : throw Damaged();

    /// <summary>The current field as a message.</summary>
    public readonly ProtocolReader Message() => new(Bytes(), source);

    /// <summary>The current field as a finite number.</summary>
    public readonly float Single() => _wire == 5 && BinaryPrimitives.ReadSingleLittleEndian(_content) is var value && float.IsFinite(value) ? value : throw Damaged();

    /// <summary>The current field as text.</summary>
    public readonly string Text()
    {
        try
        {
            return Strict.GetString(Bytes());
        }
        catch (DecoderFallbackException)
        {
            throw Damaged();
        }
    }

    private ulong Varint()
    {
        var value = 0UL;
        for (var i = 0; i < 10 && i < _rest.Length; i++)
        {
            value |= (ulong)(_rest[i] & 0x7F) << (7 * i);
            if (_rest[i] >= 0x80) continue;
            _rest = _rest[(i + 1)..];
            return value;
        }
        throw Damaged();
    }

    private readonly ModelFormatException Damaged() => new(source, "is not a SentencePiece model that can be read; download it again");
}
