import { wireCodecContract } from '../contracts/wire.ts';
import { legalChat } from './chat-completions/legal.ts';
import { legalGemini } from './gemini/legal.ts';
import { legalMessages } from './messages/legal.ts';
import { legalResponses } from './responses/legal.ts';

wireCodecContract('Chat Completions', legalChat);
wireCodecContract('Responses', legalResponses);
wireCodecContract('Gemini', legalGemini);
wireCodecContract('Messages', legalMessages);
