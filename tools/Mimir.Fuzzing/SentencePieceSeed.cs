using System.Text;
using Google.Protobuf;

namespace Mimir.Fuzzing;

/// <summary>A tokenizer.model of a few pieces.</summary>
internal static class SentencePieceSeed
{
    /// <summary>A SentencePiece model: three special pieces, the bytes, and a few more; BPE with byte fallback and a dummy prefix.</summary>
    public static byte[] Model()
    {
        (string Piece, int Type)[] pieces =
        [
            ("<unk>", 2), ("<s>", 3), ("</s>", 3), .. Enumerable.Range(0, 256).Select(b => ($"<0x{b:X2}>", 6)),
            .. ((string[])["\u2581", "H", "e", "l", "o", "He", "ll", "\u2581He"]).Select(text => (text, 1)),
        ];
        return Message(model =>
        {
            for (var i = 0; i < pieces.Length; i++)
            {
                var (piece, type, score) = (pieces[i].Piece, pieces[i].Type, -i);
                Field(model, 1, Message(to => { Field(to, 1, Encoding.UTF8.GetBytes(piece)); to.WriteTag(2, WireFormat.WireType.Fixed32); to.WriteFloat(score); Number(to, 3, type); }));
            }

            Field(model, 2, Message(to => { Number(to, 3, 2); Number(to, 35, 1); Number(to, 40, 0); Number(to, 41, 1); Number(to, 42, 2); }));
            Field(model, 3, Message(to => { Number(to, 3, 1); Number(to, 4, 0); Number(to, 5, 1); }));
        });
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var to = new CodedOutputStream(bytes, leaveOpen: true)) write(to);
        return bytes.ToArray();
    }

    private static void Field(CodedOutputStream to, int number, byte[] content)
    {
        to.WriteTag(number, WireFormat.WireType.LengthDelimited);
        to.WriteBytes(ByteString.CopyFrom(content));
    }

    private static void Number(CodedOutputStream to, int number, int value)
    {
        to.WriteTag(number, WireFormat.WireType.Varint);
        to.WriteInt32(value);
    }
}
